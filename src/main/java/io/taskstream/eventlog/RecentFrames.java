package io.taskstream.eventlog;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest frames of one log, laid end to end in segments, so that what any viewer is missing is one piece of an array
 * and needs no joining. What has been handed out in a {@link Chunk} never changes.
 *
 * <p>Not thread-safe: the owner does the locking.
 */
public final class RecentFrames {

    private static final int FIRST_SEGMENT = 1 << 10;
    private static final int LARGEST_SEGMENT = 1 << 16;

    private final Deque<Segment> segments = new ArrayDeque<>();
    private final String epoch;
    private final int maxEvents;
    private final long maxBytes;
    private long oldest;
    private long last;
    private long bytes;

    /**
     * @param before the event before the first that will be added
     * @param maxEvents how many frames to keep at most, at least 1
     * @param maxBytes how many bytes to keep at most; the newest frame is kept whatever its size
     */
    public RecentFrames(EventId before, int maxEvents, long maxBytes) {
        this.epoch = before.epoch();
        this.last = before.sequence();
        this.oldest = last + 1;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** The sequence of the oldest frame that is kept; {@link #last()} {@code + 1} if none is. */
    public long oldest() {
        return oldest;
    }

    /** The sequence of the newest frame. */
    public long last() {
        return last;
    }

    /** How many bytes of frames are kept. */
    public long bytes() {
        return bytes;
    }

    /** Adds a frame without a trace. */
    public void add(byte[] frame, Instant time) {
        add(frame, time, null);
    }

    /** Adds the frame of the event after {@link #last()}, and lets go of the oldest where there are too many. */
    public void add(byte[] frame, Instant time, @Nullable String traceparent) {
        Segment segment = segments.peekLast();
        if (segment == null || !segment.hasRoomFor(frame.length)) {
            segment = new Segment(last + 1, nextCapacity(segment, frame.length));
            segments.addLast(segment);
        }
        segment.add(frame, time.toEpochMilli());
        segment.trace(traceparent);
        last++;
        bytes += frame.length;
        while (last - oldest >= maxEvents || (bytes > maxBytes && oldest < last)) {
            dropOldest();
        }
    }

    private static int nextCapacity(@Nullable Segment before, int needed) {
        int usual = before == null ? FIRST_SEGMENT : Math.min(before.frames.length * 2, LARGEST_SEGMENT);
        return Math.max(usual, needed);
    }

    /** Lets go of all frames up to and with that sequence. */
    public void dropThrough(long sequence) {
        while (oldest <= sequence && oldest <= last) {
            dropOldest();
        }
    }

    /** Shows the frames from that sequence on, which must be kept, to the visitor until it has seen enough. */
    public void visit(long from, FrameVisitor visitor) {
        long next = from;
        boolean goOn = true;
        while (goOn && next <= last) {
            Segment segment = segmentOf(next);
            while (goOn && next <= segment.last()) {
                goOn = segment.show(next, visitor);
                next++;
            }
        }
    }

    /** Looks at frames, one after the other. */
    public interface FrameVisitor {

        /**
         * Sees a frame; the array is not to be changed, nor kept.
         *
         * @param timeMillis when it was appended, since the epoch
         * @param traceparent its trace, {@code null} for none
         * @return whether to go on to the next
         */
        boolean see(byte[] bytes, int offset, int length, long timeMillis, @Nullable String traceparent);
    }

    private void dropOldest() {
        Segment segment = segments.getFirst();
        bytes -= segment.length(oldest);
        oldest++;
        if (oldest > segment.last()) {
            segments.removeFirst();
        }
    }

    /**
     * The frames behind {@code after}, or behind whatever was dropped: as many as fit into the bytes and stand in one
     * segment, but at least one if there is any.
     *
     * @param end whether the log ends with {@link #last()}
     */
    public Chunk chunk(long after, int maxBytes, boolean end) {
        long first = Math.max(after + 1, oldest);
        if (first > last) {
            return Chunk.empty(new EventId(epoch, first), end);
        }
        Segment segment = segmentOf(first);
        long lastInChunk = segment.lastWithin(first, maxBytes);
        int offset = segment.start(first);
        return new Chunk(
                new EventId(epoch, first),
                lastInChunk,
                segment.frames,
                offset,
                segment.end(lastInChunk) - offset,
                end && lastInChunk == last);
    }

    /** The events behind {@code after}, at most {@code limit}. */
    public List<StoredEvent> events(long after, int limit) {
        List<StoredEvent> events = new ArrayList<>();
        for (long i = Math.max(after + 1, oldest); i <= last && events.size() < limit; i++) {
            events.add(segmentOf(i).event(i));
        }
        return events;
    }

    private Segment segmentOf(long sequence) {
        Iterator<Segment> newestFirst = segments.descendingIterator();
        Segment segment = newestFirst.next();
        while (segment.first > sequence) {
            segment = newestFirst.next();
        }
        return segment;
    }

    /** Frames in one array; it grows at its end only. */
    private final class Segment {

        private final long first;
        private final byte[] frames;
        private int[] ends = new int[8];
        private long[] times = new long[8];

        /** {@code null} as long as no event has one: most applications send none. */
        private @Nullable String @Nullable [] traces;

        private int count;

        Segment(long first, int capacity) {
            this.first = first;
            this.frames = new byte[capacity];
        }

        boolean hasRoomFor(int length) {
            return used() + length <= frames.length;
        }

        private int used() {
            return count == 0 ? 0 : ends[count - 1];
        }

        void add(byte[] frame, long time) {
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, count * 2);
                times = Arrays.copyOf(times, count * 2);
            }
            int start = used();
            System.arraycopy(frame, 0, frames, start, frame.length);
            ends[count] = start + frame.length;
            times[count] = time;
            count++;
        }

        void trace(@Nullable String traceparent) {
            if (traces == null && traceparent == null) {
                return;
            }
            if (traces == null) {
                traces = new String[ends.length];
            } else if (traces.length < count) {
                traces = Arrays.copyOf(traces, ends.length);
            }
            traces[count - 1] = traceparent;
        }

        long last() {
            return first + count - 1;
        }

        int start(long sequence) {
            return sequence == first ? 0 : ends[(int) (sequence - first) - 1];
        }

        int end(long sequence) {
            return ends[(int) (sequence - first)];
        }

        int length(long sequence) {
            return end(sequence) - start(sequence);
        }

        long lastWithin(long from, int maxBytes) {
            int start = start(from);
            if (used() - start <= maxBytes) {
                return last();
            }
            int index = Arrays.binarySearch(ends, (int) (from - first), count, start + maxBytes);
            long fits = first + (index >= 0 ? index : -index - 2);
            return Math.max(from, fits);
        }

        boolean show(long sequence, FrameVisitor visitor) {
            return visitor.see(
                    frames, start(sequence), length(sequence), times[(int) (sequence - first)], traceOf(sequence));
        }

        private @Nullable String traceOf(long sequence) {
            int index = (int) (sequence - first);
            return traces == null || index >= traces.length ? null : traces[index];
        }

        StoredEvent event(long sequence) {
            int start = start(sequence);
            return new StoredEvent(
                    new EventId(epoch, sequence),
                    Instant.ofEpochMilli(times[(int) (sequence - first)]),
                    Frames.data(frames, start, end(sequence) - start),
                    traceOf(sequence));
        }
    }
}
