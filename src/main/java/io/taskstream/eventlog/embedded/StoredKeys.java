package io.taskstream.eventlog.embedded;

import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** The idempotency keys in the store, with an index by time by which they grow old. */
final class StoredKeys {

    private static final long KEY_BYTES = 152;

    private final MVMap<String, KeyAnswer> answers;
    private final MVMap<CompositeKey, String> byTime;
    private long next;

    StoredKeys(MVMap<String, KeyAnswer> answers, MVMap<CompositeKey, String> byTime) {
        this.answers = answers;
        this.byTime = byTime;
        // Only to tell keys of one millisecond apart, also from those that were put before the last restart.
        CompositeKey newest = byTime.lastKey();
        this.next = newest == null ? 0 : newest.suffix() + 1;
    }

    /** About how many bytes of the file hold them. */
    long bytes() {
        return answers.sizeAsLong() * KEY_BYTES;
    }

    @Nullable
    KeyAnswer find(long ordinal, String key) {
        return answers.get(name(ordinal, key));
    }

    void put(long ordinal, String key, KeyAnswer answer) {
        put(name(ordinal, key), answer);
    }

    /** Puts one as another store has it. */
    void put(String name, KeyAnswer answer) {
        answers.put(name, answer);
        byTime.put(new CompositeKey(answer.timeMillis(), next++), name);
    }

    /** Removes keys that are older than that, at most so many. Answers how many. */
    int removeBefore(long timeMillis, int limit) {
        int removed = 0;
        Cursor<CompositeKey, String> oldestFirst = byTime.cursor(null);
        while (removed < limit && oldestFirst.hasNext() && oldestFirst.next().prefix() < timeMillis) {
            String name = oldestFirst.getValue();
            KeyAnswer answer = answers.get(name);
            if (answer != null && answer.timeMillis() < timeMillis) {
                answers.remove(name);
            }
            byTime.remove(oldestFirst.getKey());
            removed++;
        }
        return removed;
    }

    private static String name(long ordinal, String key) {
        return Long.toHexString(ordinal) + ':' + key;
    }
}
