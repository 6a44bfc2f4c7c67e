package io.taskstream.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The content of a file, read again when the file has changed. While the file is unreadable or wrong, its former content
 * stays in use: each look tries it again, and the log says at most once a minute what is wrong with it.
 *
 * <p>Thread-safe.
 *
 * @param <T> what the file says, immutable
 */
public final class WatchedFile<T> {

    private static final Logger LOG = System.getLogger(WatchedFile.class.getName());
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_COMPLAINTS = Duration.ofMinutes(1);

    private final Path file;
    private final Function<String, T> parser;
    private final InstantSource time;
    private final Consumer<String> complaints;

    private volatile T content;
    private volatile Instant lastLook;
    private volatile Version version;

    /** {@link Instant#MIN} if the last look found nothing wrong. Touched by looks only. */
    private Instant lastComplaint = Instant.MIN;

    /**
     * Reads the file for the first time.
     *
     * @param parser throws an unchecked exception if the file is wrong, whose message holds no secret
     * @throws UncheckedIOException if it can't be read
     */
    public WatchedFile(Path file, Function<String, T> parser, InstantSource time) {
        this(file, parser, time, complaint -> LOG.log(Level.ERROR, complaint));
    }

    /**
     * The same.
     *
     * @param complaints takes what is wrong with the file, for an operator
     */
    WatchedFile(Path file, Function<String, T> parser, InstantSource time, Consumer<String> complaints) {
        this.file = file;
        this.parser = parser;
        this.time = time;
        this.complaints = complaints;
        this.lastLook = time.instant();
        try {
            this.version = Version.of(file);
            this.content = parser.apply(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the file says; at most a second behind. */
    public T get() {
        Instant now = time.instant();
        if (now.isAfter(lastLook.plus(BETWEEN_LOOKS))) {
            look(now);
        }
        return content;
    }

    private synchronized void look(Instant now) {
        lastLook = now;
        try {
            Version found = Version.of(file);
            if (!found.equals(version)) {
                content = parser.apply(Files.readString(file));
                // Only now: a file that becomes readable keeps its time and its length.
                version = found;
                LOG.log(Level.INFO, "Read " + file + " again, which has changed");
            }
            lastComplaint = Instant.MIN;
        } catch (IOException | RuntimeException e) {
            complain(now, e);
        }
    }

    private void complain(Instant now, Exception failure) {
        if (lastComplaint.equals(Instant.MIN) || !now.isBefore(lastComplaint.plus(BETWEEN_COMPLAINTS))) {
            lastComplaint = now;
            complaints.accept(file + " can't be read, so its former content is still in use: " + failure.getMessage());
        }
    }

    private record Version(Instant modified, long size) {

        static Version of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime().toInstant(), attributes.size());
        }
    }
}
