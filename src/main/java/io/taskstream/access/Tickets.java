package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tickets, for clients that can't send a token: each opens one stream of one task, once and soon. Only a ticket's digest
 * is kept, until it is spent or too old. Thread-safe.
 */
public final class Tickets {

    private static final int MOST = 10_000;
    private static final int MOST_OF_SUBJECT = 500;
    private static final int BYTES = 32;

    private final Map<String, Ticket> given = new LinkedHashMap<>();
    private final Quota ofSubject = new Quota(MOST_OF_SUBJECT);
    private final Duration lifetime;
    private final InstantSource time;
    private final SecureRandom random;

    public Tickets(Duration lifetime, InstantSource time, SecureRandom random) {
        this.lifetime = lifetime;
        this.time = time;
        this.random = random;
    }

    private record Ticket(TaskId task, Grant grant, Instant until) {}

    /** How long a ticket can be used. */
    public Duration lifetime() {
        return lifetime;
    }

    /**
     * A new ticket.
     *
     * @param grant of whom it is; who uses it may watch the task and no more, and no longer than that lasts
     * @throws LimitException if too many are unused
     */
    public String give(TaskId task, Grant grant) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        keep(
                Digests.hex(ticket),
                new Ticket(task, grant.toWatch(task), time.instant().plus(lifetime)));
        return ticket;
    }

    private synchronized void keep(String digest, Ticket ticket) {
        dropOld();
        if (given.size() >= MOST) {
            throw LimitException.ofServer("Too many tickets are waiting to be used", lifetime);
        }
        if (!ofSubject.take(ticket.grant.subject())) {
            throw LimitException.ofClient("Too many of your tickets are waiting to be used", lifetime);
        }
        given.put(digest, ticket);
    }

    /** Forgets the tickets that were given under the session. */
    synchronized void withdraw(String session) {
        given.values().removeIf(ticket -> {
            boolean isOfSession = ticket.grant.session().equals(session);
            if (isOfSession) {
                ofSubject.release(ticket.grant.subject());
            }
            return isOfSession;
        });
    }

    /** The oldest come first, so this ends with the first that is young. */
    private void dropOld() {
        Instant now = time.instant();
        Iterator<Ticket> tickets = given.values().iterator();
        while (tickets.hasNext()) {
            Ticket oldest = tickets.next();
            if (oldest.until.isAfter(now)) {
                return;
            }
            ofSubject.release(oldest.grant.subject());
            tickets.remove();
        }
    }

    /**
     * Spends the ticket, whether or not it is for this task.
     *
     * @return what it grants
     * @throws RefusedException if it was spent before, is too old, was never given, is for another task, or its grant has
     *     expired
     */
    public Grant spend(String ticket, TaskId task) {
        Ticket found;
        synchronized (this) {
            dropOld();
            found = given.remove(Digests.hex(ticket));
        }
        if (found == null) {
            throw new RefusedException("The ticket is spent, too old, or none of ours");
        }
        ofSubject.release(found.grant.subject());
        if (!found.task.equals(task)) {
            throw new RefusedException("The ticket is for another task");
        }
        if (!time.instant().isBefore(found.grant.expires())) {
            throw new RefusedException("The token that the ticket was given for has expired");
        }
        return found.grant;
    }
}
