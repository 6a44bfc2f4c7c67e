package io.taskstream.access;

import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keys that a token server publishes. They are kept for a while; a token with a key id that is not among them makes them
 * be fetched earlier, which is how keys are rotated, but not more often than every {@link #BETWEEN_FETCHES}, however many
 * tokens are made up. If the server does not answer, the keys of before hold for a time, and it is asked again after as
 * long; then there are none, since a key may have been withdrawn meanwhile.
 */
public final class RemoteKeys implements Keys {

    static final Duration BETWEEN_FETCHES = Duration.ofSeconds(10);

    private static final Logger LOG = System.getLogger(RemoteKeys.class.getName());

    private final Source source;
    private final Duration lifetime;
    private final Duration outage;
    private final InstantSource time;
    private final ReentrantLock fetching = new ReentrantLock();

    private volatile List<JWK> keys = List.of();
    private volatile Instant lastFetch = Instant.MIN;
    private volatile Instant lastTry = Instant.MIN;

    /**
     * @param source fetches a JWK set
     * @param lifetime how long the keys are kept
     * @param outage how much longer they hold if they can't be fetched anew
     */
    public RemoteKeys(Source source, Duration lifetime, Duration outage, InstantSource time) {
        this.source = source;
        this.lifetime = lifetime;
        this.outage = outage;
        this.time = time;
    }

    /** Fetches a text; may wait, for a bounded time. */
    @FunctionalInterface
    public interface Source {
        String fetch() throws IOException;
    }

    @Override
    public List<JWK> find(@Nullable String id) {
        Instant now = time.instant();
        boolean isWanted = isPast(lastFetch, lifetime, now) || !isThere(id);
        if (isWanted && isPast(lastTry, BETWEEN_FETCHES, now)) {
            fetch(now);
        }
        return isPast(lastFetch, lifetime.plus(outage), now) ? List.of() : Keys.withId(keys, id);
    }

    private boolean isThere(@Nullable String id) {
        return !Keys.withId(keys, id).isEmpty();
    }

    private static boolean isPast(Instant last, Duration age, Instant now) {
        return last.equals(Instant.MIN) || now.isAfter(last.plus(age));
    }

    /** Only those who have no keys at all wait for a fetch that another thread has begun. */
    private void fetch(Instant now) {
        if (keys.isEmpty()) {
            fetching.lock();
        } else if (!fetching.tryLock()) {
            return;
        }
        try {
            if (isPast(lastTry, BETWEEN_FETCHES, now)) {
                lastTry = now;
                keys = KeyFile.parse(source.fetch());
                lastFetch = now;
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, "The keys that tokens are verified with can't be fetched: " + e.getMessage());
        } finally {
            fetching.unlock();
        }
    }
}
