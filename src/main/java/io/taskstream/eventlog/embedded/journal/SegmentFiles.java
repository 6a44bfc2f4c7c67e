package io.taskstream.eventlog.embedded.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/** The segment files of a journal. A segment is named by the number of its first commit group. */
public final class SegmentFiles {

    private static final String PREFIX = "journal-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9a-f]{16}");

    private SegmentFiles() {}

    static FilePath file(FilePath directory, long number) {
        return FilePath.get(directory + "/" + PREFIX + "%016x".formatted(number));
    }

    /** Returns the number of a segment's first group. */
    static long number(FilePath segment) {
        return Long.parseUnsignedLong(segment.getName().substring(PREFIX.length()), 16);
    }

    /** Returns all segments in ascending order. */
    static List<FilePath> list(FilePath directory) {
        return directory.newDirectoryStream().stream()
                .filter(file -> NAME.matcher(file.getName()).matches())
                .sorted(Comparator.comparingLong(SegmentFiles::number))
                .toList();
    }

    /** Returns the size of all segments in bytes. */
    public static long bytes(FilePath directory) {
        return list(directory).stream().mapToLong(FilePath::size).sum();
    }

    /** Deletes the segments that hold only groups up to and including that number. */
    public static void deleteThrough(FilePath directory, long number) {
        List<FilePath> segments = list(directory);
        for (int i = 0; i + 1 < segments.size(); i++) {
            if (number(segments.get(i + 1)) <= number + 1) {
                segments.get(i).delete();
            }
        }
    }

    /** Returns the temporary name of a segment that is being created. */
    static FilePath unready(FilePath directory) {
        return FilePath.get(directory + "/" + PREFIX + "unready");
    }

    /** Returns the newest segment that begins before that group, {@code null} if there is none. */
    static @Nullable FilePath before(FilePath directory, long number) {
        FilePath newest = null;
        for (FilePath segment : list(directory)) {
            newest = number(segment) < number ? segment : newest;
        }
        return newest;
    }

    /**
     * Deletes the segments that begin after that group, the next one to be written. Their creation failed half-way; if they
     * stayed, everything the journal holds from their numbers on would be ignored.
     */
    static void deleteAfter(FilePath directory, long number) {
        list(directory).stream().filter(segment -> number(segment) > number).forEach(FilePath::delete);
    }

    static void writeAll(FileChannel file, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }
}
