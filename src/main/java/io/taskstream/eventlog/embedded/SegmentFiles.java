package io.taskstream.eventlog.embedded;

import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/** The files of a {@link Journal}. What they hold is told by a {@link JournalScan}. */
final class SegmentFiles {

    private static final String PREFIX = "journal-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9a-f]{16}");

    private SegmentFiles() {}

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
                .sorted(Comparator.comparingLong(SegmentFiles::number))
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

    /** The name of a segment that is being made. */
    static FilePath unready(FilePath directory) {
        return FilePath.get(directory + "/" + PREFIX + "unready");
    }

    /** The newest segment that begins before the group of that number, {@code null} if there is none. */
    static @Nullable FilePath before(FilePath directory, long number) {
        FilePath newest = null;
        for (FilePath segment : list(directory)) {
            newest = number(segment) < number ? segment : newest;
        }
        return newest;
    }

    /**
     * Deletes the segments that begin behind the group of that number, which is the next one to be written: they were never
     * begun, and what the journal holds from their numbers on would not count.
     */
    static void deleteAfter(FilePath directory, long number) {
        list(directory).stream().filter(segment -> number(segment) > number).forEach(FilePath::delete);
    }
}
