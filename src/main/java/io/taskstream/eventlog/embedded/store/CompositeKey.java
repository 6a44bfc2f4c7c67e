package io.taskstream.eventlog.embedded.store;

import java.util.Comparator;
import org.h2.mvstore.DataUtils;

/** A key of two numbers, ordered by the prefix, then by the suffix. */
record CompositeKey(long prefix, long suffix) implements Comparable<CompositeKey> {

    static final CheckedType<CompositeKey> TYPE = new CheckedType<>(
            CompositeKey.class,
            key -> 32,
            (out, key) -> out.putVarLong(key.prefix).putVarLong(key.suffix),
            in -> new CompositeKey(DataUtils.readVarLong(in), DataUtils.readVarLong(in)),
            Comparator.naturalOrder());

    @Override
    public int compareTo(CompositeKey other) {
        int prefixes = Long.compare(prefix, other.prefix);
        return prefixes == 0 ? Long.compare(suffix, other.suffix) : prefixes;
    }
}
