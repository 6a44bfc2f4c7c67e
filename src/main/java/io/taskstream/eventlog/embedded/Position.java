package io.taskstream.eventlog.embedded;

/** A key of two numbers, ordered by the first, then by the second. */
record Position(long major, long minor) implements Comparable<Position> {

    @Override
    public int compareTo(Position other) {
        int majors = Long.compare(major, other.major);
        return majors == 0 ? Long.compare(minor, other.minor) : majors;
    }
}
