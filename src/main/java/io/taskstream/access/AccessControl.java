package io.taskstream.access;

import io.taskstream.task.TaskId;
import org.jspecify.annotations.Nullable;

/** Lets in whoever shows that they may come in. Thread-safe. */
public final class AccessControl {

    private final Mode mode;
    private final TokenVerifier tokens;
    private final Tickets tickets;
    private final StreamPasses passes;
    private final Sessions sessions;

    /**
     * @param tokens asked only if the mode is {@link Mode#TOKENS}
     */
    public AccessControl(Mode mode, TokenVerifier tokens, Tickets tickets, StreamPasses passes, Sessions sessions) {
        this.mode = mode;
        this.tokens = tokens;
        this.tickets = tickets;
        this.passes = passes;
        this.sessions = sessions;
    }

    /** How the gate is kept. */
    public enum Mode {
        /** Nobody comes in: nothing has been said about who may. */
        CLOSED,
        /** Anybody may do anything. */
        OPEN,
        /** Whoever has a token may do what it says. */
        TOKENS
    }

    public Mode mode() {
        return mode;
    }

    /**
     * What the token grants.
     *
     * @throws RefusedException if that is nothing
     */
    public Grant byToken(@Nullable String token) {
        if (mode == Mode.CLOSED) {
            throw new RefusedException("The setting taskstream.access is missing");
        }
        if (token == null) {
            throw new RefusedException("There is no token");
        }
        return unlessEnded(tokens.verify(token));
    }

    /**
     * What the ticket grants, which is spent by this.
     *
     * @throws RefusedException if that is nothing
     */
    public Grant byTicket(String ticket, TaskId task) {
        return unlessEnded(tickets.spend(ticket, task));
    }

    /**
     * What the pass of a stream grants.
     *
     * @throws RefusedException if that is nothing
     */
    public Grant byPass(String pass, TaskId task) {
        return unlessEnded(passes.verify(pass, task));
    }

    /** Takes back the tickets and passes that were given under the grant's session so far, and ends its streams. */
    public void signOut(Grant grant) {
        if (!grant.session().isEmpty()) {
            tickets.withdraw(grant.session());
            passes.withdraw(grant.session());
            sessions.interrupt(grant.session());
        }
    }

    private Grant unlessEnded(Grant grant) {
        if (sessions.isEnded(grant)) {
            throw new RefusedException("The session was ended, or the token is no longer in its file");
        }
        return grant;
    }
}
