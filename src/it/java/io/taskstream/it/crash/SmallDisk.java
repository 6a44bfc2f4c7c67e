package io.taskstream.it.crash;

import io.taskstream.it.server.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file system in memory that can be full, grow, and be read-only. It needs the permission to mount. */
final class SmallDisk implements AutoCloseable {

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /** Mounts one of that size, as {@code mount} takes it; empty without the permission. */
    static Optional<SmallDisk> mount(Path directory, String size) {
        try {
            Files.createDirectories(directory);
            Command.of("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString())
                    .run();
            return Optional.of(new SmallDisk(directory));
        } catch (IllegalStateException | UncheckedIOException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Remounts it with {@code size=64m}, {@code ro} or {@code rw}. */
    void remount(String option) {
        Command.of("mount", "-o", "remount," + option, directory.toString()).run();
    }

    @Override
    public void close() {
        Command.of("umount", "-l", directory.toString()).run();
    }
}
