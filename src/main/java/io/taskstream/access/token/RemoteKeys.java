package io.taskstream.access.token;

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
 * Keys that a token server publishes. They are cached. A token with an unknown key id has them fetched earlier, which is
 * how keys are rotated; at most every {@link #BETWEEN_FETCHES}, however many ids are made up. While the server does not
 * answer, the cached keys stay valid for a limited time, and it is asked again at the same interval. After that there are
 * no keys, since one may have been withdrawn meanwhile.
 *
 * <p>The library's {@code JWKSourceBuilder} can't do this. It caches a set that has survived an outage for a whole
 * lifetime more, so that a withdrawn key stays valid when the server is back. And while one request refreshes the keys, it
 * holds up all others, even those for which the cache has a key.
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
     * @param lifetime how long the keys are cached
     * @param outage how much longer they stay valid if they can't be fetched again
     */
    public RemoteKeys(Source source, Duration lifetime, Duration outage, InstantSource time) {
        this.source = source;
        this.lifetime = lifetime;
        this.outage = outage;
        this.time = time;
    }

    /** Fetches a text. */
    @FunctionalInterface
    public interface Source {

        /** Fetches the text; blocks for a bounded time. */
        String fetch() throws IOException;
    }

    @Override
    public List<JWK> find(@Nullable String id) {
        Instant now = time.instant();
        boolean isNeeded =
                isPast(lastFetch, lifetime, now) || Keys.withId(keys, id).isEmpty();
        if (isNeeded && isPast(lastTry, BETWEEN_FETCHES, now)) {
            fetch(now);
        }
        return isPast(lastFetch, lifetime.plus(outage), now) ? List.of() : Keys.withId(keys, id);
    }

    private static boolean isPast(Instant last, Duration age, Instant now) {
        return last.equals(Instant.MIN) || now.isAfter(last.plus(age));
    }

    /** Waits for a fetch on another thread only if there are no keys at all. */
    private void fetch(Instant now) {
        if (keys.isEmpty()) {
            fetching.lock();
        } else if (!fetching.tryLock()) {
            return;
        }
        try {
            if (isPast(lastTry, BETWEEN_FETCHES, now)) {
                lastTry = now;
                keys = Keys.parse(source.fetch());
                lastFetch = now;
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, "The keys that tokens are verified with can't be fetched: " + e.getMessage());
        } finally {
            fetching.unlock();
        }
    }
}
