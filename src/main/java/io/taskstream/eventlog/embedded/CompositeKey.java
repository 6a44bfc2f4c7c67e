package io.taskstream.eventlog.embedded;

/** A key of two numbers, ordered by the first, then by the second. */
record CompositeKey(long prefix, long suffix) implements Comparable<CompositeKey> {

    @Override
    public int compareTo(CompositeKey other) {
        int majors = Long.compare(prefix, other.prefix);
        return majors == 0 ? Long.compare(suffix, other.suffix) : majors;
    }
}
