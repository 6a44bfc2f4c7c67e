package io.taskstream.eventlog.embedded.store;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.RecentFrames.FrameVisitor;
import io.taskstream.eventlog.StoredEvent;
import java.util.Arrays;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** The events in the store, in {@linkplain EventBlock blocks}. One thread writes; any thread reads. */
public final class StoredEvents {

    /** Bytes of frames that a block usually has. */
    public static final int BLOCK_BYTES = EventBlock.FULL;

    private final MVMap<CompositeKey, byte[]> blocks;
    private final EventBlock.Writer writer = new EventBlock.Writer();

    StoredEvents(MVMap<CompositeKey, byte[]> blocks) {
        this.blocks = blocks;
    }

    void put(long ordinal, long first, byte[] block) {
        blocks.put(new CompositeKey(ordinal, first), block);
    }

    /** The frames that {@link #append} takes. */
    public interface FrameSource {

        /** Passes the frames from that sequence on to the visitor, until it returns false. */
        void visit(long from, FrameVisitor visitor);
    }

    /**
     * Appends the events of a task from {@code first} to {@code last}.
     *
     * @param source is visited once per block
     * @return the number of bytes of frames
     */
    public long append(long ordinal, long first, long last, FrameSource source) {
        long bytes = 0;
        long next = first;
        while (next <= last) {
            long from = next;
            writer.begin();
            source.visit(
                    from,
                    (frames, offset, length, time, trace) ->
                            writer.add(frames, offset, length, time, trace) && from + writer.count() <= last);
            put(ordinal, from, writer.value());
            bytes += writer.framesLength();
            next += writer.count();
        }
        return bytes;
    }

    /** Returns the block that holds the event, or the next one after it; {@code null} if there is none. */
    private @Nullable EventBlock block(long ordinal, long sequence) {
        EventBlock block = read(ordinal, blocks.floorKey(new CompositeKey(ordinal, sequence)));
        return block != null && block.last() >= sequence
                ? block
                : read(ordinal, blocks.higherKey(new CompositeKey(ordinal, sequence)));
    }

    private @Nullable EventBlock read(long ordinal, @Nullable CompositeKey key) {
        if (key == null || key.prefix() != ordinal) {
            return null;
        }
        byte[] value = blocks.get(key);
        return value == null ? null : EventBlock.read(key.suffix(), value);
    }

    /**
     * Reads the frames from a sequence on, as many as fit but at least one.
     *
     * @param last the sequence of the log's last event if it is finished, otherwise -1
     * @return the frames, {@code null} if there are none
     */
    public @Nullable Chunk chunk(long ordinal, EventId from, int maxBytes, long last) {
        EventBlock stored = block(ordinal, from.sequence());
        if (stored == null) {
            return null;
        }
        EventBlock block = stored.withEpoch(from.epoch());
        long first = Math.max(from.sequence(), block.first());
        long lastInChunk = Math.max(first, block.lastWithin(first, maxBytes));
        int start = block.startOffset(first);
        int length = block.endOffset(lastInChunk) - start;
        if (lastInChunk < block.last() || length * 2 > maxBytes) {
            return new Chunk(from.at(first), lastInChunk, block.bytes(), start, length, lastInChunk == last);
        }
        byte[] joined = Arrays.copyOfRange(block.bytes(), start, start + maxBytes);
        EventBlock following = read(ordinal, new CompositeKey(ordinal, lastInChunk + 1));
        while (following != null) {
            EventBlock next = following.withEpoch(from.epoch());
            long fits = next.lastWithin(next.first(), maxBytes - length);
            if (fits >= next.first()) {
                int added = next.endOffset(fits) - next.startOffset(next.first());
                System.arraycopy(next.bytes(), next.startOffset(next.first()), joined, length, added);
                length += added;
                lastInChunk = fits;
            }
            following = fits == next.last() ? read(ordinal, new CompositeKey(ordinal, lastInChunk + 1)) : null;
        }
        return new Chunk(from.at(first), lastInChunk, joined, 0, length, lastInChunk == last);
    }

    /** Adds the events from a sequence on to {@code found}, until it holds {@code limit} events. */
    public void events(long ordinal, EventId from, int limit, List<StoredEvent> found) {
        long sequence = from.sequence();
        EventBlock block = block(ordinal, sequence);
        while (block != null && found.size() < limit) {
            sequence = Math.max(sequence, block.first());
            while (sequence <= block.last() && found.size() < limit) {
                found.add(block.event(sequence++, from.epoch()));
            }
            block = block(ordinal, sequence);
        }
    }

    /**
     * Removes at most {@code limit} blocks whose events all precede {@code oldest}.
     *
     * @return the number of bytes of their frames
     */
    public long removeBefore(long ordinal, long oldest, int limit) {
        long bytes = 0;
        EventBlock block = block(ordinal, 0);
        for (int i = 0; i < limit && block != null && block.last() < oldest; i++) {
            blocks.remove(new CompositeKey(ordinal, block.first()));
            bytes += block.framesLength();
            block = block(ordinal, 0);
        }
        return bytes;
    }

    /** Removes the blocks from a sequence on. A checkpoint that failed may have left them. */
    public void removeFrom(long ordinal, long sequence) {
        remove(ordinal, sequence, Integer.MAX_VALUE);
    }

    /**
     * Removes at most {@code limit} blocks of a deleted task.
     *
     * @return the number of removed blocks
     */
    int remove(long ordinal, int limit) {
        return remove(ordinal, 0, limit);
    }

    private int remove(long ordinal, long sequence, int limit) {
        int removed = 0;
        CompositeKey key = blocks.ceilingKey(new CompositeKey(ordinal, sequence));
        while (removed < limit && key != null && key.prefix() == ordinal) {
            blocks.remove(key);
            removed++;
            key = blocks.higherKey(key);
        }
        return removed;
    }

    /** Returns the oldest event that remains if the oldest blocks, except the newest one, are removed until {@code bytes} are free. */
    public long oldestAfterRemoving(long ordinal, long bytes) {
        long removed = 0;
        long oldest = 0;
        Cursor<CompositeKey, byte[]> cursor =
                blocks.cursor(new CompositeKey(ordinal, 0), new CompositeKey(ordinal, Long.MAX_VALUE), false);
        while (removed < bytes && cursor.hasNext()) {
            EventBlock block = EventBlock.read(cursor.next().suffix(), cursor.getValue());
            removed += block.framesLength();
            oldest = cursor.hasNext() ? block.last() + 1 : block.first();
        }
        return oldest;
    }
}
