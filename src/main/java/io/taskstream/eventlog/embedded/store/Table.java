package io.taskstream.eventlog.embedded.store;

import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** The name of a map in the store, and the types of its keys and values. */
record Table<K, V>(String name, CheckedType<K> keyType, CheckedType<V> valueType) {

    static final Table<String, Long> NUMBERS = new Table<>("numbers", CheckedType.STRING, CheckedType.LONG);

    /** By ordinal. */
    static final Table<Long, StoredTask> TASKS = new Table<>("tasks", CheckedType.LONG, StoredTask.TYPE);

    /** By task id. */
    static final Table<String, Long> ORDINALS = new Table<>("ordinals", CheckedType.STRING, CheckedType.LONG);

    /** By the code of the status and the ordinal. */
    static final Table<CompositeKey, byte[]> BY_STATUS = new Table<>("byStatus", CompositeKey.TYPE, CheckedType.BYTES);

    /** By the end in milliseconds since 1970 and the ordinal. */
    static final Table<CompositeKey, byte[]> BY_END = new Table<>("byEnd", CompositeKey.TYPE, CheckedType.BYTES);

    /** {@linkplain EventBlock Blocks} by ordinal and the sequence of their first event. */
    static final Table<CompositeKey, byte[]> EVENTS = new Table<>("events", CompositeKey.TYPE, CheckedType.BYTES);

    /** Ordinals of deleted tasks whose events are still to be removed. */
    static final Table<Long, byte[]> DELETED = new Table<>("deleted", CheckedType.LONG, CheckedType.BYTES);

    /** Stores of early versions have a table "keys" without fingerprints, which is ignored: those keys are forgotten. */
    static final Table<String, KeyAnswer> KEYS = new Table<>("keyAnswers", CheckedType.STRING, KeyAnswer.TYPE);

    /** By time in milliseconds since 1970 and a counter. */
    static final Table<CompositeKey, String> KEYS_BY_TIME =
            new Table<>("keysByTime", CompositeKey.TYPE, CheckedType.STRING);

    /** Opens the map, and creates it if it does not exist. */
    MVMap<K, V> open(MVStore store) {
        return store.openMap(name, new MVMap.Builder<K, V>().keyType(keyType).valueType(valueType));
    }
}
