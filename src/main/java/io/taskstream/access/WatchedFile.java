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
import java.util.function.Function;

/**
 * What a file says, read again when the file has changed. A file that has become unreadable or wrong changes nothing:
 * what it said before holds, and the log says what is wrong with it.
 *
 * <p>Thread-safe.
 *
 * @param <T> what the file says, immutable
 */
public final class WatchedFile<T> {

    private static final Logger LOG = System.getLogger(WatchedFile.class.getName());
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Path file;
    private final Function<String, T> parser;
    private final InstantSource time;

    private volatile T content;
    private volatile Instant lastLook;
    private volatile Version version;

    /**
     * Reads the file for the first time.
     *
     * @param parser throws an unchecked exception if the file is wrong, whose message holds no secret
     * @throws UncheckedIOException if it can't be read
     */
    public WatchedFile(Path file, Function<String, T> parser, InstantSource time) {
        this.file = file;
        this.parser = parser;
        this.time = time;
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
                version = found;
                content = parser.apply(Files.readString(file));
                LOG.log(Level.INFO, "Read " + file + " again, which has changed");
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.ERROR, "What " + file + " said before still holds: " + e.getMessage());
        }
    }

    private record Version(Instant modified, long size) {

        static Version of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime().toInstant(), attributes.size());
        }
    }
}
