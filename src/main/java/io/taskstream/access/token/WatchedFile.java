package io.taskstream.access.token;

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
 * The content of a file, which is read again when the file has changed. While the file is unreadable or invalid, the former
 * content stays in use, each check tries again, and the log names the reason at most once a minute.
 *
 * <p>Thread-safe.
 *
 * @param <T> the parsed content, immutable
 */
public final class WatchedFile<T> {

    private static final Logger LOG = System.getLogger(WatchedFile.class.getName());
    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_COMPLAINTS = Duration.ofMinutes(1);

    private final Path file;
    private final Function<String, T> parser;
    private final InstantSource time;
    private final Consumer<String> complaints;

    private volatile T content;
    private volatile Instant lastCheck;
    private volatile Version version;

    /** {@link Instant#MIN} if the last check succeeded. Guarded by this. */
    private Instant lastComplaint = Instant.MIN;

    /**
     * Reads the file for the first time.
     *
     * @param parser throws an unchecked exception if the content is invalid; its message contains no secret
     * @throws UncheckedIOException if the file can't be read
     */
    public WatchedFile(Path file, Function<String, T> parser, InstantSource time) {
        this(file, parser, time, complaint -> LOG.log(Level.ERROR, complaint));
    }

    /**
     * Reads the file for the first time.
     *
     * @param complaints takes messages for an operator
     */
    WatchedFile(Path file, Function<String, T> parser, InstantSource time, Consumer<String> complaints) {
        this.file = file;
        this.parser = parser;
        this.time = time;
        this.complaints = complaints;
        this.lastCheck = time.instant();
        try {
            this.version = Version.of(file);
            this.content = parser.apply(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the content, which is at most a second old. Reads the file on this thread if it has changed. */
    public T get() {
        Instant now = time.instant();
        if (now.isAfter(lastCheck.plus(BETWEEN_CHECKS))) {
            check(now);
        }
        return content;
    }

    private synchronized void check(Instant now) {
        lastCheck = now;
        try {
            Version found = Version.of(file);
            if (!found.equals(version)) {
                content = parser.apply(Files.readString(file));
                // Only after reading: a file that becomes readable has the same time and length as before.
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
