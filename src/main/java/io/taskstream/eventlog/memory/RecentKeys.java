package io.taskstream.eventlog.memory;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.EventLogException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys that came to one log, each with what was answered. Bounded by age and by number.
 *
 * <p>Not thread-safe: the owner does the locking.
 */
final class RecentKeys {

    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final int max;
    private final Duration age;

    RecentKeys(int max, Duration age) {
        this.max = max;
        this.age = age;
    }

    /**
     * Returns the answer to the batch with this key; {@code null} if none came, or too long ago.
     *
     * @throws EventLogException.KeyReused if that one had another fingerprint
     */
    @Nullable
    Appended find(String key, @Nullable String fingerprint, Instant now) {
        Answer answer = answers.get(key);
        if (answer == null || answer.isOlderThan(age, now)) {
            return null;
        }
        if (!Objects.equals(answer.fingerprint, fingerprint)) {
            throw new EventLogException.KeyReused();
        }
        return answer.appended;
    }

    /** Keeps a key, and lets go of the oldest where there are too many. */
    void add(String key, @Nullable String fingerprint, Appended appended, Instant now) {
        answers.remove(key);
        answers.put(key, new Answer(appended, fingerprint, now));
        Iterator<Answer> oldestFirst = answers.values().iterator();
        while (oldestFirst.hasNext()) {
            if (!oldestFirst.next().isOlderThan(age, now) && answers.size() <= max) {
                return;
            }
            oldestFirst.remove();
        }
    }

    private record Answer(Appended appended, @Nullable String fingerprint, Instant time) {

        boolean isOlderThan(Duration age, Instant now) {
            return time.plus(age).isBefore(now);
        }
    }
}
