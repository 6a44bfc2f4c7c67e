package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Authenticates requests by tokens, tickets and stream passes. Thread-safe. */
public final class AccessControl {

    private final Mode mode;
    private final TokenVerifier tokens;
    private final Tickets tickets;
    private final StreamPasses passes;
    private final Sessions sessions;

    /**
     * @param tokens used only in the mode {@link Mode#TOKENS}
     */
    public AccessControl(Mode mode, TokenVerifier tokens, Tickets tickets, StreamPasses passes, Sessions sessions) {
        this.mode = mode;
        this.tokens = tokens;
        this.tickets = tickets;
        this.passes = passes;
        this.sessions = sessions;
    }

    /** The setting {@code taskstream.access}. */
    public enum Mode {
        /** The setting is missing, so every request is refused. */
        CLOSED,
        /** Every caller may do everything. */
        OPEN,
        /** A caller may do what its token grants. */
        TOKENS
    }

    public Mode mode() {
        return mode;
    }

    /**
     * Returns the grant of the token.
     *
     * @throws RefusedException if the token is missing, invalid, expired or revoked
     */
    public Grant byToken(@Nullable String token) {
        if (mode == Mode.CLOSED) {
            throw new RefusedException("The setting taskstream.access is missing");
        }
        if (token == null) {
            throw new RefusedException("There is no token");
        }
        return unlessRevoked(tokens.verify(token));
    }

    /**
     * Returns the grant of the ticket, and spends the ticket.
     *
     * @throws RefusedException if the ticket does not open the task's stream
     */
    public Grant byTicket(String ticket, TaskId task) {
        return unlessRevoked(tickets.spend(ticket, task));
    }

    /**
     * Returns the grant of a ticket for each task, in their order, and spends the tickets.
     *
     * @throws RefusedException if a ticket is missing or not valid, or they are of different sessions
     */
    public Grant byTickets(List<String> ofTasks, List<TaskId> tasks) {
        if (ofTasks.size() != tasks.size()) {
            throw new RefusedException("There is not one ticket for each task");
        }
        Grant all = byTicket(ofTasks.get(0), tasks.get(0));
        for (int i = 1; i < tasks.size(); i++) {
            all = all.and(byTicket(ofTasks.get(i), tasks.get(i)));
        }
        return all;
    }

    /**
     * Returns the grant of the stream pass.
     *
     * @throws RefusedException if the pass does not open the stream of these tasks
     */
    public Grant byPass(String pass, List<TaskId> tasks) {
        return unlessRevoked(passes.verify(pass, tasks));
    }

    /** Revokes the tickets and passes that the grant's session has issued so far, and ends its streams. */
    public void signOut(Grant grant) {
        if (!grant.session().isEmpty()) {
            tickets.revoke(grant.session());
            passes.revoke(grant.session());
            sessions.interrupt(grant.session());
        }
    }

    private Grant unlessRevoked(Grant grant) {
        if (sessions.isRevoked(grant)) {
            throw new RefusedException("The session was ended, or the token is no longer in its file");
        }
        return grant;
    }
}
