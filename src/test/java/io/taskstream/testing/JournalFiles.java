package io.taskstream.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The journal's files in a log's directory, and ways to corrupt them. */
public final class JournalFiles {

    private static final String PREFIX = "journal-";
    private static final int HEAD = 4096;

    private final Path directory;

    public JournalFiles(Path directory) {
        this.directory = directory;
    }

    /** Copies all files of a directory to another. */
    public static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The segments, in order. */
    public List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches(PREFIX + "[0-9a-f]{16}"))
                    .sorted()
                    .toList();
        }
    }

    public Path newest() throws IOException {
        List<Path> segments = segments();
        return segments.get(segments.size() - 1);
    }

    /** The name of a segment that begins with the group of that number. */
    public static String name(long number) {
        return PREFIX + "%016x".formatted(number);
    }

    /** The number of its first group. */
    public static long number(Path segment) {
        return Long.parseLong(segment.getFileName().toString().substring(PREFIX.length()), 16);
    }

    /** Where its groups begin. */
    public List<Long> groups(Path segment) throws IOException {
        List<Long> bounds = bounds(segment);
        return bounds.subList(0, bounds.size() - 1);
    }

    /** Where its last group ends; zeros may follow. */
    public long end(Path segment) throws IOException {
        List<Long> bounds = bounds(segment);
        return bounds.get(bounds.size() - 1);
    }

    /** Where its groups begin, and where the last one ends. */
    private static List<Long> bounds(Path segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int at = HEAD;
        List<Long> found = new ArrayList<>(List.of((long) at));
        while (at < bytes.limit() && bytes.getInt(at) > 0) {
            at += 8 + bytes.getInt(at);
            found.add((long) at);
        }
        return found;
    }

    /** Its bytes up to the end of its last group. */
    public byte[] written(Path segment) throws IOException {
        return Arrays.copyOf(Files.readAllBytes(segment), Math.toIntExact(end(segment)));
    }

    /** Changes one bit. */
    public void flip(Path segment, long at) throws IOException {
        try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            int value = file.read();
            file.seek(at);
            file.write(value ^ 4);
        }
    }

    /** Makes bytes zero. */
    public void zero(Path segment, long from, long to) throws IOException {
        try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(from);
            file.write(new byte[Math.toIntExact(to - from)]);
        }
    }

    /** Cuts off what lies behind. */
    public void cut(Path segment, long length) throws IOException {
        try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(length);
        }
    }
}
