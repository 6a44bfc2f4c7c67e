package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tickets for clients that can't send a token: each opens one stream of one task, once and soon. Until a ticket is spent
 * or has expired, only its digest is kept. Thread-safe.
 */
public final class Tickets {

    private static final int MAX_UNUSED = 10_000;
    private static final int MAX_UNUSED_PER_SUBJECT = 500;
    private static final int BYTES = 32;

    // Both are guarded by this. The oldest ticket comes first.
    private final Map<String, Ticket> issued = new LinkedHashMap<>();
    private final Map<String, Integer> perSubject = new HashMap<>();

    private final Duration lifetime;
    private final InstantSource time;
    private final SecureRandom random;

    public Tickets(Duration lifetime, InstantSource time, SecureRandom random) {
        this.lifetime = lifetime;
        this.time = time;
        this.random = random;
    }

    private record Ticket(TaskId task, Grant grant, Instant expires) {}

    /** Returns how long a ticket can be used. */
    public Duration lifetime() {
        return lifetime;
    }

    /**
     * Issues a ticket.
     *
     * @param grant of the caller; the ticket allows watching the task only, and ends with the grant at the latest
     * @throws LimitException if too many tickets are unused
     */
    public String issue(TaskId task, Grant grant) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        add(
                Digests.hex(ticket),
                new Ticket(task, grant.toWatch(task), time.instant().plus(lifetime)));
        return ticket;
    }

    private synchronized void add(String digest, Ticket ticket) {
        removeExpired();
        if (issued.size() >= MAX_UNUSED) {
            throw LimitException.ofServer("Too many tickets are waiting to be used", lifetime);
        }
        String subject = ticket.grant.subject();
        if (perSubject.getOrDefault(subject, 0) >= MAX_UNUSED_PER_SUBJECT) {
            throw LimitException.ofClient("Too many of your tickets are waiting to be used", lifetime);
        }
        issued.put(digest, ticket);
        perSubject.merge(subject, 1, Integer::sum);
    }

    /** Revokes the tickets that were issued under the session. */
    synchronized void revoke(String session) {
        removeWhile(ticket -> true, ticket -> ticket.grant.session().equals(session));
    }

    private void removeExpired() {
        Instant now = time.instant();
        removeWhile(ticket -> !ticket.expires.isAfter(now), ticket -> true);
    }

    private void removeWhile(Predicate<Ticket> goesOn, Predicate<Ticket> isRemoved) {
        for (var tickets = issued.values().iterator(); tickets.hasNext(); ) {
            Ticket ticket = tickets.next();
            if (!goesOn.test(ticket)) {
                return;
            }
            if (isRemoved.test(ticket)) {
                tickets.remove();
                release(ticket);
            }
        }
    }

    private void release(Ticket ticket) {
        perSubject.computeIfPresent(ticket.grant.subject(), (subject, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Spends the ticket, even if it is for another task.
     *
     * @throws RefusedException if the ticket is unknown, spent, expired, or for another task, or its grant has expired
     */
    public Grant spend(String ticket, TaskId task) {
        Ticket found = remove(Digests.hex(ticket));
        if (found == null) {
            throw new RefusedException("The ticket is spent, too old, or none of ours");
        }
        if (!found.task.equals(task)) {
            throw new RefusedException("The ticket is for another task");
        }
        if (!time.instant().isBefore(found.grant.expires())) {
            throw new RefusedException("The token that the ticket was given for has expired");
        }
        return found.grant;
    }

    private synchronized @Nullable Ticket remove(String digest) {
        removeExpired();
        Ticket found = issued.remove(digest);
        if (found != null) {
            release(found);
        }
        return found;
    }
}
