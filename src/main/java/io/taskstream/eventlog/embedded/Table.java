package io.taskstream.eventlog.embedded;

import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/** The name of a map in the store, and what it holds. */
record Table<K, V>(String name, DataType<K> keyType, DataType<V> valueType) {

    static final Table<String, Long> NUMBERS = new Table<>("numbers", StringDataType.INSTANCE, LongDataType.INSTANCE);

    /** By ordinal. */
    static final Table<Long, StoredTask> TASKS = new Table<>("tasks", LongDataType.INSTANCE, StoredTaskType.INSTANCE);

    /** By the id of the task. */
    static final Table<String, Long> ORDINALS = new Table<>("ordinals", StringDataType.INSTANCE, LongDataType.INSTANCE);

    static final Table<CompositeKey, byte[]> BY_STATUS =
            new Table<>("byStatus", CompositeKeyType.INSTANCE, ByteArrayDataType.INSTANCE);

    static final Table<CompositeKey, byte[]> BY_END =
            new Table<>("byEnd", CompositeKeyType.INSTANCE, ByteArrayDataType.INSTANCE);

    static final Table<CompositeKey, byte[]> EVENTS =
            new Table<>("events", CompositeKeyType.INSTANCE, ByteArrayDataType.INSTANCE);

    /** Tasks that are gone, but for their events; by ordinal. */
    static final Table<Long, byte[]> DELETED =
            new Table<>("deleted", LongDataType.INSTANCE, ByteArrayDataType.INSTANCE);

    /** A store made before answers had fingerprints has them as "keys", where nobody looks: those keys are forgotten. */
    static final Table<String, KeyAnswer> KEYS =
            new Table<>("keyAnswers", StringDataType.INSTANCE, KeyAnswerType.INSTANCE);

    static final Table<CompositeKey, String> KEYS_BY_TIME =
            new Table<>("keysByTime", CompositeKeyType.INSTANCE, StringDataType.INSTANCE);

    /** The map, which is made if it is not there. */
    MVMap<K, V> open(MVStore store) {
        return store.openMap(
                name,
                new MVMap.Builder<K, V>().keyType(new CheckedType<>(keyType)).valueType(new CheckedType<>(valueType)));
    }
}
