package io.taskstream.eventlog.embedded.store;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.embedded.journal.TaskCodec;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive events as one value of the store: their number, their lengths and times, their frames and, if an event has a
 * trace, the traces as runs of equal ones.
 */
final class EventBlock {

    /** Bytes of frames at which a block is closed: about a page of the store. */
    static final int FULL = 16 << 10;

    private final long first;
    private final byte[] bytes;
    private final int framesAt;
    private final int[] ends;
    private final long[] times;

    /** Decoded on first use: reading frames does not need them. */
    private @Nullable String @Nullable [] traces;

    private EventBlock(long first, byte[] bytes, int framesAt, int[] ends, long[] times) {
        this.first = first;
        this.bytes = bytes;
        this.framesAt = framesAt;
        this.ends = ends;
        this.times = times;
    }

    static EventBlock read(long first, byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        int count = DataUtils.readVarInt(in);
        int[] ends = new int[count];
        long[] times = new long[count];
        int end = 0;
        long time = 0;
        for (int i = 0; i < count; i++) {
            end += DataUtils.readVarInt(in);
            time += DataUtils.readVarLong(in);
            ends[i] = end;
            times[i] = time;
        }
        return new EventBlock(first, value, in.position(), ends, times);
    }

    long first() {
        return first;
    }

    long last() {
        return first + ends.length - 1;
    }

    /** Returns the whole value, which includes the frames. */
    byte[] bytes() {
        return bytes;
    }

    /** Returns the block with frames of that epoch; a renewed epoch does not rewrite the blocks in the store. */
    EventBlock withEpoch(String epoch) {
        if (Frames.isOf(epoch, bytes, framesAt)) {
            return this;
        }
        byte[] renewed = bytes.clone();
        for (long sequence = first; sequence <= last(); sequence++) {
            Frames.putEpoch(epoch, renewed, startOffset(sequence));
        }
        return new EventBlock(first, renewed, framesAt, ends, times);
    }

    /** Returns the number of bytes of all frames. */
    int framesLength() {
        return ends[ends.length - 1];
    }

    /** Returns the offset of an event's frame in {@link #bytes()}. */
    int startOffset(long sequence) {
        return framesAt + (sequence == first ? 0 : ends[(int) (sequence - first) - 1]);
    }

    /** Returns the offset after an event's frame. */
    int endOffset(long sequence) {
        return framesAt + ends[(int) (sequence - first)];
    }

    /** Returns the last event whose frame fits, {@code from - 1} if none does. */
    long lastWithin(long from, int maxBytes) {
        long last = from - 1;
        int limit = startOffset(from) + maxBytes;
        while (last < last() && endOffset(last + 1) <= limit) {
            last++;
        }
        return last;
    }

    StoredEvent event(long sequence, String epoch) {
        int start = startOffset(sequence);
        return new StoredEvent(
                new EventId(epoch, sequence),
                Instant.ofEpochMilli(times[(int) (sequence - first)]),
                Frames.data(bytes, start, endOffset(sequence) - start),
                trace((int) (sequence - first)));
    }

    private @Nullable String trace(int index) {
        if (framesAt + framesLength() == bytes.length) {
            return null;
        }
        if (traces == null) {
            traces = readTraces();
        }
        return traces[index];
    }

    private @Nullable String[] readTraces() {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(framesAt + framesLength());
        var read = new String[ends.length];
        int from = 0;
        while (from < read.length) {
            int to = from + DataUtils.readVarInt(in);
            Arrays.fill(read, from, to, TaskCodec.readOptional(in));
            from = to;
        }
        return read;
    }

    /** Builds the value of a block. {@link #begin} makes it ready for the next one. */
    static final class Writer {

        private byte[] frames = new byte[FULL * 2];
        private int length;
        private int count;
        private long time;
        private final WriteBuffer lengthsAndTimes = new WriteBuffer(1 << 10);

        /** All runs but the last. */
        private final WriteBuffer traces = new WriteBuffer(1 << 10);

        private @Nullable String trace;
        private int traced;

        void begin() {
            length = 0;
            count = 0;
            time = 0;
            lengthsAndTimes.clear();
            traces.clear();
            trace = null;
            traced = 0;
        }

        int count() {
            return count;
        }

        int framesLength() {
            return length;
        }

        /**
         * Adds a frame and its trace.
         *
         * @return whether a further frame fits
         */
        boolean add(byte[] source, int offset, int frameLength, long timeMillis, @Nullable String traceparent) {
            if (!Objects.equals(traceparent, trace)) {
                endRun();
                trace = traceparent;
            }
            if (frames.length < length + frameLength) {
                frames = Arrays.copyOf(frames, Math.max(frames.length * 2, length + frameLength));
            }
            System.arraycopy(source, offset, frames, length, frameLength);
            length += frameLength;
            lengthsAndTimes.putVarInt(frameLength).putVarLong(timeMillis - time);
            time = timeMillis;
            count++;
            return length < FULL;
        }

        private void endRun() {
            if (count > traced) {
                traces.putVarInt(count - traced);
                TaskCodec.writeOptional(traces, trace);
                traced = count;
            }
        }

        byte[] value() {
            if (trace != null || traced > 0) {
                endRun();
            }
            var value = ByteBuffer.allocate(
                    DataUtils.getVarIntLen(count) + lengthsAndTimes.position() + length + traces.position());
            DataUtils.writeVarInt(value, count);
            return value.put(written(lengthsAndTimes))
                    .put(frames, 0, length)
                    .put(written(traces))
                    .array();
        }

        private static ByteBuffer written(WriteBuffer buffer) {
            return buffer.getBuffer().duplicate().flip();
        }
    }
}
