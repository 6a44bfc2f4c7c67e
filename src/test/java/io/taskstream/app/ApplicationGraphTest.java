package io.taskstream.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.embedded.EmbeddedEventLog;
import io.taskstream.metrics.LogMeters;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.TestExecutors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationGraphTest {

    private final ManualScheduler scheduler = new ManualScheduler();

    @TempDir
    private Path directory;

    @Test
    void aDeploymentThatFailsLeavesTheLogClosed() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "abc");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> build(Map.of("taskstream.access.secret-file", secret.toString())))
                .withMessageContaining("taskstream.access.secret-file");
        assertTheLogCanBeOpened();
    }

    @Test
    void aFileThatCannotBeImportedLeavesTheLogClosed() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> build(Map.of("taskstream.import.file", missing.toString())))
                .hasStackTraceContaining(missing.toString());
        assertTheLogCanBeOpened();
    }

    @Test
    void aDeploymentThatFailsEndsTheAttemptsToOpenTheLog() throws IOException {
        Path noDirectory = Files.createFile(directory.resolve("file"));
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> build(Map.of(
                        "taskstream.log.directory", noDirectory.toString(),
                        "taskstream.access.secret-file", missing.toString())))
                .hasStackTraceContaining(missing.toString());
        assertThat(scheduler.scheduled()).isZero();
    }

    @Test
    void whatADeploymentHasBegunIsEndedWithIt() {
        ApplicationGraph graph = build(Map.of("taskstream.producer.abandoned-seconds", "60"));
        assertThat(scheduler.scheduled()).isPositive();
        graph.close();
        assertThat(scheduler.scheduled()).isZero();
        assertTheLogCanBeOpened();
    }

    private void assertTheLogCanBeOpened() {
        var log = new EmbeddedEventLog(
                settings(Map.of()).embedded(),
                InstantSource.system(),
                new SecureRandom(),
                TestExecutors.shared(),
                TestExecutors.threads(),
                LogMeters.create(),
                System::nanoTime);
        log.close();
    }

    private ApplicationGraph build(Map<String, String> config) {
        return ApplicationGraph.build(settings(config), TestExecutors.shared(), scheduler, TestExecutors.threads());
    }

    private Settings settings(Map<String, String> config) {
        Map<String, String> all = new HashMap<>(
                Map.of("taskstream.log.directory", directory.resolve("log").toString()));
        all.putAll(config);
        return Settings.read(new SettingReader(all::get));
    }
}
