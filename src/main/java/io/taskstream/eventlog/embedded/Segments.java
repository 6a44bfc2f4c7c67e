package io.taskstream.eventlog.embedded;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/** The files of a {@link Journal}, and what can be read of them after a crash. */
final class Segments {

    private static final String PREFIX = "journal-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9a-f]{16}");

    private Segments() {}

    static FilePath file(FilePath directory, long number) {
        return FilePath.get(directory + "/" + PREFIX + "%016x".formatted(number));
    }

    /** The number of a segment's first group. */
    static long number(FilePath segment) {
        return Long.parseUnsignedLong(segment.getName().substring(PREFIX.length()), 16);
    }

    /** All segments, in order. */
    static List<FilePath> list(FilePath directory) {
        return directory.newDirectoryStream().stream()
                .filter(file -> NAME.matcher(file.getName()).matches())
                .sorted(Comparator.comparingLong(Segments::number))
                .toList();
    }

    /** How many bytes they have. */
    static long bytes(FilePath directory) {
        return list(directory).stream().mapToLong(FilePath::size).sum();
    }

    /** Deletes the segments that hold only groups with numbers up to that one. */
    static void deleteThrough(FilePath directory, long number) {
        List<FilePath> segments = list(directory);
        for (int i = 0; i + 1 < segments.size(); i++) {
            if (number(segments.get(i + 1)) <= number + 1) {
                segments.get(i).delete();
            }
        }
    }

    /** Whether the newest segment may lack what was written to it, since the system fell. */
    static boolean mayHaveLost(FilePath directory) throws IOException {
        List<FilePath> segments = list(directory);
        if (segments.isEmpty()) {
            return false;
        }
        try (FileChannel newest = segments.get(segments.size() - 1).open("r")) {
            return SegmentHead.read(newest).mayHaveLost();
        }
    }

    /** Is shown the groups of the journal. */
    interface GroupReader {

        /**
         * Takes a group.
         *
         * @param changes holds the group's {@linkplain Change changes} and nothing else
         */
        void read(long number, ByteBuffer changes) throws IOException;
    }

    /** Shows the groups of all segments, in order. Answers the number of the last; 0 if there is none. */
    static long read(FilePath directory, GroupReader reader) throws IOException {
        List<FilePath> segments = list(directory);
        long last = 0;
        for (int i = 0; i < segments.size(); i++) {
            long before = i + 1 < segments.size() ? number(segments.get(i + 1)) : Long.MAX_VALUE;
            last = Math.max(last, read(segments.get(i), before, reader));
        }
        return last;
    }

    private static long read(FilePath segment, long before, GroupReader reader) throws IOException {
        long last = number(segment) - 1;
        try (FileChannel file = segment.open("r")) {
            long position = Journal.HEAD;
            ByteBuffer group = group(file, position);
            while (group != null && group.getLong(0) == last + 1 && last + 1 < before) {
                last++;
                position += 8 + group.limit();
                reader.read(last, group.position(8));
                group = group(file, position);
            }
        }
        return last;
    }

    /** The group at that place, {@code null} if there is no whole one. */
    private static @Nullable ByteBuffer group(FileChannel file, long position) throws IOException {
        long available = file.size() - position - 8;
        if (available < 8) {
            return null;
        }
        ByteBuffer head = readAll(file, position, 8);
        int length = head.getInt();
        if (length < 8 || length > available) {
            return null;
        }
        ByteBuffer group = readAll(file, position + 8, length);
        var checksum = new CRC32C();
        checksum.update(group.duplicate());
        return (int) checksum.getValue() == head.getInt() ? group : null;
    }

    private static ByteBuffer readAll(FileChannel file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            int read = file.read(bytes, position + bytes.position());
            if (read < 0) {
                throw new EOFException("The journal's segment is shorter than its size");
            }
        }
        return bytes.flip();
    }
}
