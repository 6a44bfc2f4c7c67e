package io.taskstream.eventlog.memory;

import io.taskstream.eventlog.Appended;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
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

    /** What the batch with this key was answered; {@code null} if none came, or too long ago. */
    @Nullable
    Appended find(String key, Instant now) {
        Answer answer = answers.get(key);
        return answer == null || answer.isOlderThan(age, now) ? null : answer.appended;
    }

    /** Keeps a key, and lets go of the oldest where there are too many. */
    void add(String key, Appended appended, Instant now) {
        answers.remove(key);
        answers.put(key, new Answer(appended, now));
        Iterator<Answer> oldestFirst = answers.values().iterator();
        while (oldestFirst.hasNext()) {
            if (!oldestFirst.next().isOlderThan(age, now) && answers.size() <= max) {
                return;
            }
            oldestFirst.remove();
        }
    }

    private record Answer(Appended appended, Instant time) {

        boolean isOlderThan(Duration age, Instant now) {
            return time.plus(age).isBefore(now);
        }
    }
}
