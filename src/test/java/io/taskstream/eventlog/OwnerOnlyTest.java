package io.taskstream.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnerOnlyTest {

    @TempDir
    private Path parent;

    @Test
    void whatIsMadeIsItsOwnersAlone() throws IOException {
        OwnerOnly.directories(parent.resolve("a/b"));
        OwnerOnly.file(parent.resolve("a/b/c"));

        assertThat(permissions("a")).isEqualTo("rwx------");
        assertThat(permissions("a/b")).isEqualTo("rwx------");
        assertThat(permissions("a/b/c")).isEqualTo("rw-------");
    }

    @Test
    void aFileThatIsThereKeepsWhatIsInItAndADirectoryItsPermissions() throws IOException {
        Path directory = Files.createDirectory(parent.resolve("a"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        Path file = Files.writeString(directory.resolve("b"), "text");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory);

        OwnerOnly.directories(link);
        OwnerOnly.file(file);

        assertThat(permissions("a")).isEqualTo("rwxr-x---");
        assertThat(permissions("a/b")).isEqualTo("rw-------");
        assertThat(file).hasContent("text");
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve(name)));
    }
}
