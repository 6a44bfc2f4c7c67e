package io.taskstream.eventlog.embedded.journal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the groups in one segment, in ascending order of their numbers. Bytes that are not a valid group are skipped
 * if a group follows them. Not thread-safe.
 */
final class SegmentScanner {

    private static final int LENGTHS = 8;
    private static final int WINDOW = 1 << 16;
    private static final int SECTOR = 512;

    private final FileChannel file;
    private final long size;
    private final long before;
    private long position = SegmentHeader.BLOCK;
    private long last;
    private boolean hasGap;

    /**
     * @param first the number of the segment's first group
     * @param before the number of the next segment's first group; groups from there on are ignored
     */
    SegmentScanner(FileChannel file, long first, long before) throws IOException {
        this.file = file;
        this.size = file.size();
        this.last = first - 1;
        this.before = before;
    }

    /** Returns the next group, which begins with its number; {@code null} if no further group can be read. */
    @Nullable
    ByteBuffer next() throws IOException {
        while (true) {
            ByteBuffer group = group(position);
            if (group == null) {
                long further = further();
                if (further < 0) {
                    return null;
                }
                hasGap = true;
                position = further;
                continue;
            }
            long number = group.getLong(0);
            if (number >= before) {
                return null;
            }
            position += LENGTHS + group.limit();
            if (number > last) {
                last = number;
                return group;
            }
        }
    }

    /** Returns the number of the last group that was read, or the one before the segment's first. */
    long last() {
        return last;
    }

    /** Returns whether a group followed bytes that are not a valid group. */
    boolean hasGap() {
        return hasGap;
    }

    /** Returns the group at that offset, {@code null} if there is none or its checksum is wrong. */
    private @Nullable ByteBuffer group(long at) throws IOException {
        long available = size - at - LENGTHS;
        if (available < LENGTHS) {
            return null;
        }
        ByteBuffer head = readAll(at, LENGTHS);
        int length = head.getInt();
        if (length < LENGTHS || length > available) {
            return null;
        }
        ByteBuffer group = readAll(at + LENGTHS, length);
        var checksum = new CRC32C();
        checksum.update(group.duplicate());
        return (int) checksum.getValue() == head.getInt() ? group : null;
    }

    /** Returns the offset of the next valid group after a corrupt one, -1 if there is none. */
    private long further() throws IOException {
        if (size - position < Journal.GROUP_HEADER) {
            return -1;
        }
        int length = readAll(position, LENGTHS).getInt();
        long behind = position + LENGTHS + Math.max(length, 0);
        // If the length is intact, bytes inside the corrupt group must not be mistaken for a group.
        return behind < size && isNewer(group(behind)) ? behind : search(position + 1);
    }

    private boolean isNewer(@Nullable ByteBuffer group) {
        return group != null && isPossible(group.getLong(0));
    }

    private boolean isPossible(long number) {
        return number > last && number - last <= (size - position) / Journal.GROUP_HEADER;
    }

    private long search(long from) throws IOException {
        for (long at = from; at + Journal.GROUP_HEADER <= size; at += WINDOW - Journal.GROUP_HEADER + 1) {
            ByteBuffer window = readAll(at, (int) Math.min(WINDOW, size - at));
            for (int i = 0; i + Journal.GROUP_HEADER <= window.limit(); i++) {
                if (isPossible(window.getLong(i + LENGTHS)) && isNewer(group(at + i))) {
                    return at + i;
                }
            }
        }
        return -1;
    }

    /**
     * Returns whether the bytes after the last group are a torn write: the group's end is missing, or one of its sectors is
     * all zeros, which no written sector is.
     */
    boolean endsTorn() throws IOException {
        long available = size - position - LENGTHS;
        if (available < LENGTHS) {
            return true;
        }
        int length = readAll(position, LENGTHS).getInt();
        if (length < LENGTHS || length > available) {
            return true;
        }
        ByteBuffer group = readAll(position, LENGTHS + length);
        int from = 0;
        while (from < group.limit()) {
            int to = (int) Math.min(group.limit(), from + SECTOR - (position + from) % SECTOR);
            if (isZero(group, from, to)) {
                return true;
            }
            from = to;
        }
        return false;
    }

    private static boolean isZero(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private ByteBuffer readAll(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException("The journal's segment is shorter than its size");
            }
        }
        return bytes.flip();
    }
}
