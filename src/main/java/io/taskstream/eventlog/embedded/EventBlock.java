package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.StoredEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Events that follow one another, as one value of the store: their number, lengths and times, their frames, and then, if
 * one of them has a trace, the traces in runs of events that have the same.
 */
final class EventBlock {

    /** A group is closed when its frames have so many bytes: about a page of the store. */
    static final int FULL = 16 << 10;

    private final long first;
    private final byte[] bytes;
    private final int framesAt;
    private final int[] ends;
    private final long[] times;

    /** Read when first asked for: only who wants events, and not frames, does. */
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

    /** The value; the frames lie in it. */
    byte[] bytes() {
        return bytes;
    }

    /** The same with frames of that epoch, which they may have been written before. */
    EventBlock in(String epoch) {
        if (Frames.isOf(epoch, bytes, framesAt)) {
            return this;
        }
        byte[] renewed = bytes.clone();
        for (long sequence = first; sequence <= last(); sequence++) {
            Frames.putEpoch(epoch, renewed, start(sequence));
        }
        return new EventBlock(first, renewed, framesAt, ends, times);
    }

    /** How many bytes the frames have. */
    int framesLength() {
        return ends[ends.length - 1];
    }

    /** Where that event's frame begins in {@link #bytes()}. */
    int start(long sequence) {
        return framesAt + (sequence == first ? 0 : ends[(int) (sequence - first) - 1]);
    }

    /** Where that event's frame ends. */
    int end(long sequence) {
        return framesAt + ends[(int) (sequence - first)];
    }

    /** The last event whose frame fits, {@code from - 1} if not even the first does. */
    long lastWithin(long from, int maxBytes) {
        long last = from - 1;
        int limit = start(from) + maxBytes;
        while (last < last() && end(last + 1) <= limit) {
            last++;
        }
        return last;
    }

    StoredEvent event(long sequence, String epoch) {
        int start = start(sequence);
        return new StoredEvent(
                new EventId(epoch, sequence),
                Instant.ofEpochMilli(times[(int) (sequence - first)]),
                Frames.data(bytes, start, end(sequence) - start),
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

    /** Gathers frames. Used again for the next group after {@link #begin}. */
    static final class Writer {

        private byte[] frames = new byte[FULL * 2];
        private int length;
        private int count;
        private long time;
        private final WriteBuffer head = new WriteBuffer(1 << 10);

        /** The runs but for the last. */
        private final WriteBuffer traces = new WriteBuffer(1 << 10);

        private @Nullable String trace;
        private int traced;

        void begin() {
            length = 0;
            count = 0;
            time = 0;
            head.clear();
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

        /** Adds a frame and its trace. Answers whether there is room for a further one. */
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
            head.putVarInt(frameLength).putVarLong(timeMillis - time);
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
            var value =
                    ByteBuffer.allocate(DataUtils.getVarIntLen(count) + head.position() + length + traces.position());
            DataUtils.writeVarInt(value, count);
            return value.put(written(head))
                    .put(frames, 0, length)
                    .put(written(traces))
                    .array();
        }

        private static ByteBuffer written(WriteBuffer buffer) {
            return buffer.getBuffer().duplicate().flip();
        }
    }
}
