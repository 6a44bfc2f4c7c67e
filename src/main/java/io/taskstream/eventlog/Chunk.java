package io.taskstream.eventlog;

/**
 * Consecutive frames of a log in one array, ready to be written. Viewers share it; its bytes must not be changed. An empty
 * chunk means that the log has no further event yet.
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
     * @param first the first event; in an empty chunk, the next event that will be appended
     * @param last the sequence of the last event
     * @param end whether the log ends with this chunk because its task is finished
     */
    public Chunk(EventId first, long last, byte[] bytes, int offset, int length, boolean end) {
        this.first = first;
        this.last = last;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.end = end;
    }

    /** Creates a chunk without a frame. */
    public static Chunk empty(EventId next, boolean end) {
        return new Chunk(next, next.sequence() - 1, NOTHING, 0, 0, end);
    }

    public EventId first() {
        return first;
    }

    public long last() {
        return last;
    }

    /** Returns the number of events; 0 in an empty chunk and in one that holds a notice. */
    public long events() {
        return last - first.sequence() + 1;
    }

    /** Returns the array that holds the frames, from {@link #offset()} on, {@link #length()} bytes. */
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

    /** Returns whether nothing will ever follow this chunk. */
    public boolean isEnd() {
        return end;
    }
}
