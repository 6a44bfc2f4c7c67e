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
 * The idempotency keys of one log with their answers, bounded by age and by number. Not thread-safe: the owner locks.
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
     * Returns the answer to the first batch with this key; {@code null} if there was none, or its key has expired.
     *
     * @throws EventLogException.KeyReused if the fingerprints differ
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

    /** Adds a key, and removes expired and excess ones, oldest first. */
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
