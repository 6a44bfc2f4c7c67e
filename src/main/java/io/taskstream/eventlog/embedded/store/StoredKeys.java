package io.taskstream.eventlog.embedded.store;

import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** The idempotency keys in the store, with an index by time for their expiry. */
public final class StoredKeys {

    private static final long KEY_BYTES = 152;

    private final MVMap<String, KeyAnswer> answers;
    private final MVMap<CompositeKey, String> byTime;

    /** Distinguishes keys of one millisecond, also from those of earlier runs. */
    private long next;

    StoredKeys(MVMap<String, KeyAnswer> answers, MVMap<CompositeKey, String> byTime) {
        this.answers = answers;
        this.byTime = byTime;
        CompositeKey newest = byTime.lastKey();
        this.next = newest == null ? 0 : newest.suffix() + 1;
    }

    /** Estimates the bytes of the file that hold the keys. */
    long bytes() {
        return answers.sizeAsLong() * KEY_BYTES;
    }

    public @Nullable KeyAnswer find(long ordinal, String key) {
        return answers.get(name(ordinal, key));
    }

    public void put(long ordinal, String key, KeyAnswer answer) {
        put(name(ordinal, key), answer);
    }

    /** Copies an entry of another store. */
    void put(String name, KeyAnswer answer) {
        answers.put(name, answer);
        byTime.put(new CompositeKey(answer.timeMillis(), next++), name);
    }

    /**
     * Removes keys that are older than that time, at most {@code limit}.
     *
     * @return the number of removed keys
     */
    public int removeBefore(long timeMillis, int limit) {
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
