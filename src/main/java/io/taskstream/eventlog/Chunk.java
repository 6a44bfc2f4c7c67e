package io.taskstream.eventlog;

/**
 * Frames that follow one another in a log, joined, ready to be written. Many viewers may share one; nobody changes its
 * bytes. An empty chunk says that the log holds nothing further yet.
 */
public final class Chunk {

    private static final byte[] NOTHING = {};

    private final EventId first;
    private final long last;
    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final boolean end;

    /**
     * @param first the first event that is in it; in an empty chunk, the next that will be appended
     * @param last the sequence of the last event that is in it
     * @param end whether the log ends with this chunk, since its task is finished
     */
    public Chunk(EventId first, long last, byte[] bytes, int offset, int length, boolean end) {
        this.first = first;
        this.last = last;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.end = end;
    }

    /** A chunk without a frame. */
    public static Chunk empty(EventId next, boolean end) {
        return new Chunk(next, next.sequence() - 1, NOTHING, 0, 0, end);
    }

    public EventId first() {
        return first;
    }

    public long last() {
        return last;
    }

    /** How many events are in it; none in an empty chunk, and in one that holds a notice instead of events. */
    public long events() {
        return last - first.sequence() + 1;
    }

    /** The array that holds the frames, from {@link #offset()} on, {@link #length()} bytes long. */
    public byte[] bytes() {
        return bytes;
    }

    public int offset() {
        return offset;
    }

    /** In bytes. */
    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** Whether nothing will ever follow this chunk. */
    public boolean isEnd() {
        return end;
    }
}
