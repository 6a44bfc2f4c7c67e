package io.taskstream.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The output that is not acknowledged yet, in segment files. A position counts the bytes since the output's beginning, and a
 * segment is deleted as soon as all of it is acknowledged.
 *
 * <p>Appending never waits. Bytes that do not fit are dropped, up to the end of a line, and one line tells how many. Any thread
 * may call any method.
 */
final class Spool implements Closeable {

    static final int SEGMENT = 16 << 20;

    /** How long a line may stay incomplete before it is sent as far as it has come. */
    static final long PARTIAL_LINE_NANOS = 250_000_000;

    private final Path directory;
    private final long limit;
    private final int segment;
    private final LongSupplier nanos;
    private final TreeMap<Long, FileChannel> segments = new TreeMap<>();

    private long acknowledged;
    private long end;

    /** The end of what may be sent: of a line, or of what had come of a line when it was late. */
    private long sendable;

    /** When the first byte behind {@link #sendable} came. */
    private long partialSince;

    private long lastLineEnd;
    private long dropped;
    private boolean isLossy;
    private boolean isEnded;
    private boolean isDiscarded;
    private long changes;

    /**
     * @param directory exists, and is used by this spool alone
     * @param limit how many bytes wait at most
     * @param nanos monotonic time
     */
    Spool(Path directory, long limit, int segment, LongSupplier nanos) {
        this.directory = directory;
        this.limit = limit;
        this.segment = segment;
        this.nanos = nanos;
    }

    /** Takes the first bytes of the array, or drops them. Behind the end it takes none. */
    synchronized void append(byte[] bytes, int length) {
        if (isDiscarded || isEnded) {
            return;
        }
        int from = dropped == 0 ? 0 : resume(bytes, length);
        if (from < length) {
            int to = length - from <= room() ? length : afterLastLineEnd(bytes, from, from + (int) Math.max(0, room()));
            if (!write(bytes, from, to)) {
                drop(length - from);
            } else if (to < length) {
                drop(length - to);
            }
        }
        changed();
    }

    private long room() {
        return limit - (end - acknowledged);
    }

    /**
     * Returns where in the bytes the spool goes on: behind their first line end, once a quarter of the spool is free, so that
     * not each line is followed by a notice.
     */
    private int resume(byte[] bytes, int length) {
        int line = room() < limit / 4 ? 0 : afterFirstLineEnd(bytes, length);
        dropped += line;
        if (line > 0 && writeNotice()) {
            return line;
        }
        dropped += length - line;
        return length;
    }

    /** Drops bytes, and the incomplete character at the end of those that were kept. */
    private void drop(int count) {
        int incomplete = 0;
        try {
            incomplete = Utf8.incomplete(read(Math.max(acknowledged, end - 3), end));
        } catch (IOException e) {
            // Then a replacement character is shown there.
        }
        end -= incomplete;
        sendable = Math.min(sendable, end);
        dropped += count + incomplete;
        isLossy = true;
    }

    private boolean writeNotice() {
        String notice = (end == lastLineEnd ? "" : "\n") + "[taskstream: " + dropped
                + " bytes were not published, the spool was full]\n";
        byte[] bytes = notice.getBytes(StandardCharsets.US_ASCII);
        if (!write(bytes, 0, bytes.length)) {
            return false;
        }
        dropped = 0;
        return true;
    }

    /** Writes to the segments; a disk that is full counts as a spool that is full. */
    private boolean write(byte[] bytes, int from, int to) {
        long position = end;
        try {
            for (ByteBuffer rest = ByteBuffer.wrap(bytes, from, to - from); rest.hasRemaining(); ) {
                int offset = (int) (position % segment);
                ByteBuffer part = rest.slice(rest.position(), Math.min(rest.remaining(), segment - offset));
                int written = open(position / segment).write(part, offset);
                rest.position(rest.position() + written);
                position += written;
            }
        } catch (IOException e) {
            return false;
        }
        int line = afterLastLineEnd(bytes, from, to);
        boolean wasSendable = sendable == end;
        if (line > from) {
            lastLineEnd = end + line - from;
            sendable = lastLineEnd;
        }
        end = position;
        if (wasSendable || line > from) {
            partialSince = nanos.getAsLong();
        }
        return true;
    }

    private FileChannel open(long number) throws IOException {
        FileChannel channel = segments.get(number);
        // A thread that is interrupted in a read closes the channel.
        if (channel == null || !channel.isOpen()) {
            channel = FileChannel.open(
                    file(number), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            segments.put(number, channel);
        }
        return channel;
    }

    /** Names a segment so that a shell's {@code *} has them in their order. */
    private Path file(long number) {
        return directory.resolve(String.format(Locale.ROOT, "%08d", number));
    }

    private static int afterFirstLineEnd(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    private static int afterLastLineEnd(byte[] bytes, int from, int to) {
        int after = to;
        while (after > from && bytes[after - 1] != '\n') {
            after--;
        }
        return after;
    }

    /** Says that there will be no more output. */
    synchronized void end() {
        if (dropped > 0 && !isDiscarded) {
            writeNotice();
        }
        isEnded = true;
        changed();
    }

    /**
     * Returns what can be sent from a position on: whole lines at once, an incomplete line as far as it has come when it is
     * late, and a cut character never, except at the output's end.
     *
     * @param most the most bytes to return
     * @return {@code null} if there is nothing now
     */
    synchronized @Nullable Chunk next(long position, int most) throws IOException {
        boolean isLong = sendable <= position && end - position >= most;
        if (isEnded || isLong || nanosToPartialLine() == 0) {
            sendable = end;
        }
        long to = Math.min(sendable, position + most);
        boolean isLast = isEnded && to == end;
        byte[] bytes = read(position, to);
        int lines = to < sendable ? afterLastLineEnd(bytes, 0, bytes.length) : 0;
        if (lines > 0) {
            return new Chunk(Arrays.copyOf(bytes, lines), false);
        }
        byte[] whole = isLast ? bytes : Utf8.withoutCutCharacter(bytes);
        return whole.length == 0 && !isLast ? null : new Chunk(whole, isLast);
    }

    /** Returns how long it takes until an incomplete line is late; {@link Long#MAX_VALUE} if there is none. */
    synchronized long nanosToPartialLine() {
        return sendable == end ? Long.MAX_VALUE : Math.max(0, partialSince + PARTIAL_LINE_NANOS - nanos.getAsLong());
    }

    private byte[] read(long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
        for (long position = from; position < to; position = from + bytes.position()) {
            int offset = (int) (position % segment);
            bytes.limit((int) Math.min(to - from, bytes.position() + (long) segment - offset));
            if (open(position / segment).read(bytes, offset) < 0) {
                throw new IOException("A segment of the spool is too short");
            }
        }
        return bytes.array();
    }

    /** Gives back the bytes before a position. */
    synchronized void acknowledge(long position) {
        acknowledged = position;
        while (!segments.isEmpty() && (segments.firstKey() + 1) * segment <= position) {
            delete(segments.pollFirstEntry());
        }
    }

    private void delete(Map.Entry<Long, FileChannel> entry) {
        try {
            entry.getValue().close();
            Files.deleteIfExists(file(entry.getKey()));
        } catch (IOException e) {
            // It stays in the directory for temporary files.
        }
    }

    /** Forgets everything, now and later: nobody will publish it. */
    synchronized void discard() {
        isDiscarded = true;
        segments.entrySet().forEach(this::delete);
        segments.clear();
    }

    /**
     * Keeps the segments that contain what is not acknowledged: there is at least one, and the order of their names is theirs.
     * Nothing is copied, since the disk may be full. From now on the spool takes nothing, and deletes nothing.
     *
     * @return the position of the first byte in them, at most that of the first byte that is not acknowledged
     */
    synchronized long keep() throws IOException {
        try {
            long last = end / segment;
            // A write that failed half-way has left bytes behind the end.
            segments.tailMap(last, false).entrySet().forEach(this::delete);
            segments.tailMap(last, false).clear();
            if (segments.isEmpty() || segments.containsKey(last)) {
                open(last).truncate(end % segment);
            }
            return segments.firstKey() * segment;
        } finally {
            for (FileChannel channel : segments.values()) {
                channel.close();
            }
            segments.clear();
            isDiscarded = true;
        }
    }

    /** Returns how many bytes are not acknowledged. */
    synchronized long size() {
        return end - acknowledged;
    }

    /** Tells whether any output was dropped. */
    synchronized boolean isLossy() {
        return isLossy;
    }

    /** Returns the position behind all output so far. */
    synchronized long written() {
        return end;
    }

    /** Returns the number of changes so far, for {@link #await}. */
    synchronized long changes() {
        return changes;
    }

    /** Ends what waits in {@link #await}. */
    synchronized void changed() {
        changes++;
        notifyAll();
    }

    /** Waits until there was a change after those that the caller has seen, but no longer than the time. */
    synchronized void await(long seen, long time) throws InterruptedException {
        long deadline = System.nanoTime() + time;
        for (long left = time; left > 0 && changes == seen; left = deadline - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    /** Deletes all files, except those that were kept. */
    @Override
    public void close() {
        discard();
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // It contains the files that were kept.
        }
    }

    /** A part of the output. */
    static final class Chunk {

        static final Chunk EMPTY = new Chunk(new byte[0], false);

        final byte[] bytes;

        /** Whether the output ends behind it. */
        final boolean isLast;

        Chunk(byte[] bytes, boolean isLast) {
            this.bytes = bytes;
            this.isLast = isLast;
        }
    }
}
