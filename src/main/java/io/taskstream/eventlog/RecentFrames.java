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
 * The newest frames of one log, contiguous in large buffers, so that the frames for any viewer are one piece of an array and
 * need no copying. The bytes of a {@link Chunk} never change. Not thread-safe: the owner locks.
 */
public final class RecentFrames {

    private static final int FIRST_CAPACITY = 1 << 10;
    private static final int MAX_CAPACITY = 1 << 16;

    private final Deque<Buffer> buffers = new ArrayDeque<>();
    private final String epoch;
    private final int maxEvents;
    private final long maxBytes;
    private long oldest;
    private long last;
    private long bytes;

    /**
     * @param before the event before the first that will be added
     * @param maxEvents maximum number of frames, at least 1
     * @param maxBytes maximum bytes of frames; the newest frame is kept whatever its size
     */
    public RecentFrames(EventId before, int maxEvents, long maxBytes) {
        this.epoch = before.epoch();
        this.last = before.sequence();
        this.oldest = last + 1;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Returns the sequence of the oldest frame; {@link #last()} {@code + 1} if there is none. */
    public long oldest() {
        return oldest;
    }

    /** Returns the sequence of the newest frame. */
    public long last() {
        return last;
    }

    /** Returns the bytes of all frames. */
    public long bytes() {
        return bytes;
    }

    /** Adds a frame without a trace. */
    public void add(byte[] frame, Instant time) {
        add(frame, time, null);
    }

    /** Adds the frame of the event after {@link #last()}, and drops the oldest frames until the bounds hold. */
    public void add(byte[] frame, Instant time, @Nullable String traceparent) {
        Buffer buffer = buffers.peekLast();
        if (buffer == null || !buffer.hasRoomFor(frame.length)) {
            buffer = new Buffer(last + 1, nextCapacity(buffer, frame.length));
            buffers.addLast(buffer);
        }
        buffer.add(frame, time.toEpochMilli());
        buffer.trace(traceparent);
        last++;
        bytes += frame.length;
        while (last - oldest >= maxEvents || (bytes > maxBytes && oldest < last)) {
            dropOldest();
        }
    }

    private static int nextCapacity(@Nullable Buffer before, int needed) {
        int usual = before == null ? FIRST_CAPACITY : Math.min(before.frames.length * 2, MAX_CAPACITY);
        return Math.max(usual, needed);
    }

    /** Drops all frames up to and including that sequence. */
    public void dropThrough(long sequence) {
        while (oldest <= sequence && oldest <= last) {
            dropOldest();
        }
    }

    /** Passes the frames from that sequence on, which must not be dropped, to the visitor until it returns false. */
    public void visit(long from, FrameVisitor visitor) {
        long next = from;
        boolean goOn = true;
        while (goOn && next <= last) {
            Buffer buffer = bufferOf(next);
            while (goOn && next <= buffer.last()) {
                goOn = buffer.show(next, visitor);
                next++;
            }
        }
    }

    /** Receives frames one after another. */
    public interface FrameVisitor {

        /**
         * Receives a frame; the array must be neither changed nor retained.
         *
         * @param timeMillis when it was appended, in milliseconds since 1970
         * @param traceparent its trace, {@code null} for none
         * @return whether to continue with the next frame
         */
        boolean see(byte[] bytes, int offset, int length, long timeMillis, @Nullable String traceparent);
    }

    private void dropOldest() {
        Buffer buffer = buffers.getFirst();
        bytes -= buffer.length(oldest);
        oldest++;
        if (oldest > buffer.last()) {
            buffers.removeFirst();
        }
    }

    /**
     * Returns the frames after a sequence that are not dropped: as many as fit and lie in one buffer, but at least one if
     * there is any.
     *
     * @param end whether the log ends with {@link #last()}
     */
    public Chunk chunk(long after, int maxBytes, boolean end) {
        long first = Math.max(after + 1, oldest);
        if (first > last) {
            return Chunk.empty(new EventId(epoch, first), end);
        }
        Buffer buffer = bufferOf(first);
        long lastInChunk = buffer.lastWithin(first, maxBytes);
        int offset = buffer.startOffset(first);
        return new Chunk(
                new EventId(epoch, first),
                lastInChunk,
                buffer.frames,
                offset,
                buffer.endOffset(lastInChunk) - offset,
                end && lastInChunk == last);
    }

    /** Returns the events after a sequence, at most {@code limit}. */
    public List<StoredEvent> events(long after, int limit) {
        List<StoredEvent> events = new ArrayList<>();
        for (long i = Math.max(after + 1, oldest); i <= last && events.size() < limit; i++) {
            events.add(bufferOf(i).event(i));
        }
        return events;
    }

    private Buffer bufferOf(long sequence) {
        Iterator<Buffer> newestFirst = buffers.descendingIterator();
        Buffer buffer = newestFirst.next();
        while (buffer.first > sequence) {
            buffer = newestFirst.next();
        }
        return buffer;
    }

    /** Frames in one array, which grows at its end only. */
    private final class Buffer {

        private final long first;
        private final byte[] frames;
        private int[] endOffsets = new int[8];
        private long[] times = new long[8];

        /** {@code null} until an event has a trace: most applications send none. */
        private @Nullable String @Nullable [] traces;

        private int count;

        Buffer(long first, int capacity) {
            this.first = first;
            this.frames = new byte[capacity];
        }

        boolean hasRoomFor(int length) {
            return used() + length <= frames.length;
        }

        private int used() {
            return count == 0 ? 0 : endOffsets[count - 1];
        }

        void add(byte[] frame, long time) {
            if (count == endOffsets.length) {
                endOffsets = Arrays.copyOf(endOffsets, count * 2);
                times = Arrays.copyOf(times, count * 2);
            }
            int start = used();
            System.arraycopy(frame, 0, frames, start, frame.length);
            endOffsets[count] = start + frame.length;
            times[count] = time;
            count++;
        }

        void trace(@Nullable String traceparent) {
            if (traces == null && traceparent == null) {
                return;
            }
            if (traces == null) {
                traces = new String[endOffsets.length];
            } else if (traces.length < count) {
                traces = Arrays.copyOf(traces, endOffsets.length);
            }
            traces[count - 1] = traceparent;
        }

        long last() {
            return first + count - 1;
        }

        int startOffset(long sequence) {
            return sequence == first ? 0 : endOffsets[(int) (sequence - first) - 1];
        }

        int endOffset(long sequence) {
            return endOffsets[(int) (sequence - first)];
        }

        int length(long sequence) {
            return endOffset(sequence) - startOffset(sequence);
        }

        long lastWithin(long from, int maxBytes) {
            int start = startOffset(from);
            if (used() - start <= maxBytes) {
                return last();
            }
            int index = Arrays.binarySearch(endOffsets, (int) (from - first), count, start + maxBytes);
            long fits = first + (index >= 0 ? index : -index - 2);
            return Math.max(from, fits);
        }

        boolean show(long sequence, FrameVisitor visitor) {
            return visitor.see(
                    frames,
                    startOffset(sequence),
                    length(sequence),
                    times[(int) (sequence - first)],
                    traceOf(sequence));
        }

        private @Nullable String traceOf(long sequence) {
            int index = (int) (sequence - first);
            return traces == null || index >= traces.length ? null : traces[index];
        }

        StoredEvent event(long sequence) {
            int start = startOffset(sequence);
            return new StoredEvent(
                    new EventId(epoch, sequence),
                    Instant.ofEpochMilli(times[(int) (sequence - first)]),
                    Frames.data(frames, start, endOffset(sequence) - start),
                    traceOf(sequence));
        }
    }
}
