package io.taskstream.app;

import static io.taskstream.testing.Stages.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.eventlog.embedded.EmbeddedEventLog;
import io.taskstream.eventlog.embedded.EmbeddedOptions;
import io.taskstream.eventlog.embedded.Retention;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.metrics.LogMeters;
import io.taskstream.task.EventReader;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import io.taskstream.testing.SettableTime;
import io.taskstream.testing.TestExecutors;
import jakarta.json.bind.JsonbBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTransferTest {

    private static final TaskId FIRST = new TaskId("first");
    private static final TaskId SECOND = new TaskId("second");
    private static final TaskId THIRD = new TaskId("third");
    private static final int EVENTS = 1_200;
    private static final String FAILED = "{\"type\":\"done\",\"status\":\"failed\"}";

    private final SettableTime time = new SettableTime();
    private final EventReader reader = new EventReader(JsonbBuilder.create());

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("tasks.ndjson");
    }

    /** Writes tasks into a log, and exports them to the file. */
    private void export(EventLog from) throws Exception {
        from.create(Task.open(FIRST, "Ä \"title\"", Map.of("k", "v"), time.instant()));
        join(from.append(FIRST, Events.batch("{\"a\":\n \"é\"}", "{\"time\":\"x\",\"data\":1}")));
        change(from, FIRST, new UploadChange.Begin("build", "text/plain"));
        change(from, FIRST, new UploadChange.Claim("build", 30));
        change(from, FIRST, new UploadChange.Begin("empty", "application/x-ndjson"));
        change(from, FIRST, new UploadChange.Advance("build", 1, 0, 1L << 40, true), Events.DONE);
        from.create(Task.open(SECOND, null, Map.of(), time.instant()));
        IntStream.range(0, EVENTS).forEach(i -> join(from.append(SECOND, Events.batch("\"" + i + "\""))));
        from.create(Task.open(THIRD, null, Map.of("k", "w"), time.instant()));
        change(from, THIRD, new UploadChange.Begin("u~", "text/plain"));
        change(from, THIRD, new UploadChange.Advance("u~", 0, 0, 7, false), FAILED);
        assertThat(LogTransfer.exportTo(file, from)).isEqualTo(3);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    private static void change(EventLog log, TaskId id, UploadChange change, String... json) {
        join(log.append(id, Batch.of(Events.of(json), change, null)));
    }

    private EventLog memory() {
        return new MemoryEventLog(new MemoryBounds(10_000, 64 << 20, 1_000), time, new Random());
    }

    private EventLog embedded() {
        var retention = new Retention(Duration.ofDays(1), 1_000_000, 1 << 30, 1 << 30, Duration.ofDays(1));
        var options = new EmbeddedOptions(directory.resolve("log").toString(), Durability.NONE, retention, 8 << 20, 8);
        return new EmbeddedEventLog(
                options,
                time,
                new Random(),
                TestExecutors.shared(),
                TestExecutors.threads(),
                LogMeters.create(),
                () -> 0);
    }

    @Test
    void whatWasExportedIsThereAfterTheImport() throws Exception {
        export(memory());
        EventLog to = memory();
        assertThat(LogTransfer.importFrom(file, to, reader)).isEqualTo(3);
        assertSame(to);
    }

    @Test
    void anImportThatBrokeOffGoesOn() throws Exception {
        export(memory());
        EventLog to = memory();
        breakOffAndGoOn(to);
        assertSame(to);
    }

    /** Imports a part, as if the server had been stopped then; after that everything, twice. */
    private void breakOffAndGoOn(EventLog to) throws Exception {
        Path part = directory.resolve("part.ndjson");
        Files.write(part, Files.readAllLines(file).subList(0, 700));
        LogTransfer.importFrom(part, to, reader);
        LogTransfer.importFrom(file, to, reader);
        LogTransfer.importFrom(file, to, reader);
    }

    @Test
    @Tag("redis")
    void tasksMoveFromTheDiskToRedis() throws Exception {
        try (var server = new RedisServer();
                var engines = new RedisEngines();
                EventLog from = embedded();
                EventLog to = engines.open(server.uri())) {
            export(from);
            breakOffAndGoOn(to);
            assertSame(to);
        }
    }

    @Test
    @Tag("redis")
    void tasksMoveFromRedisToTheDisk() throws Exception {
        try (var server = new RedisServer();
                var engines = new RedisEngines();
                EventLog from = engines.open(server.uri());
                EventLog to = embedded()) {
            export(from);
            breakOffAndGoOn(to);
            assertSame(to);
        }
    }

    @Test
    void anUploadThatHasGoneOnSinceTheImportIsLeftAlone() throws Exception {
        EventLog from = memory();
        from.create(Task.open(FIRST, null, Map.of(), time.instant()));
        change(from, FIRST, new UploadChange.Begin("build", "text/plain"));
        change(from, FIRST, new UploadChange.Advance("build", 0, 0, 5, false), "1");
        LogTransfer.exportTo(file, from);
        EventLog to = memory();
        LogTransfer.importFrom(file, to, reader);
        change(to, FIRST, new UploadChange.Claim("build", 20));
        change(to, FIRST, new UploadChange.Advance("build", 2, 5, 9, true), "2");
        LogState before = to.find(FIRST).orElseThrow();
        LogTransfer.importFrom(file, to, reader);
        assertThat(to.find(FIRST)).hasValue(before);
    }

    @Test
    void anImportThatTheLogRefusedGoesOn() throws Exception {
        export(memory());
        var to = new FailingLog(memory());
        to.fail("The disk is full");
        assertThatThrownBy(() -> LogTransfer.importFrom(file, to, reader)).hasMessageContaining("The disk is full");
        to.recover();
        LogTransfer.importFrom(file, to, reader);
        assertSame(to);
    }

    private void assertSame(EventLog to) {
        assertThat(to.list(new TaskQuery(null, Map.of(), 10, null)))
                .extracting(state -> state.task().id())
                .containsExactly(THIRD, SECOND, FIRST);
        Task first = to.find(FIRST).orElseThrow().task();
        assertThat(first.title()).isEqualTo("Ä \"title\"");
        assertThat(first.labels()).isEqualTo(Map.of("k", "v"));
        assertThat(first.created()).isEqualTo(time.instant());
        assertThat(first.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(data(to, FIRST)).containsExactly("{\"a\":  \"é\"}", "{\"time\":\"x\",\"data\":1}", Events.DONE);
        assertThat(to.find(FIRST).orElseThrow().uploads())
                .extracting(Upload::name, Upload::type, Upload::offset, Upload::complete, Upload::interval)
                .containsExactly(
                        tuple("build", "text/plain", 1L << 40, true, 30),
                        tuple("empty", "application/x-ndjson", 0L, false, 0));
        assertThat(to.find(SECOND).orElseThrow().uploads()).isEmpty();
        assertThat(to.find(THIRD).orElseThrow().uploads())
                .extracting(Upload::name, Upload::offset, Upload::complete)
                .containsExactly(tuple("u~", 7L, false));
        assertThat(data(to, SECOND))
                .isEqualTo(IntStream.range(0, EVENTS)
                        .mapToObj(i -> "\"" + i + "\"")
                        .toList());
        assertThat(to.find(SECOND).orElseThrow().task().status()).isEqualTo(TaskStatus.OPEN);
        Task third = to.find(THIRD).orElseThrow().task();
        assertThat(third.labels()).isEqualTo(Map.of("k", "w"));
        assertThat(third.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(data(to, THIRD)).containsExactly(FAILED);
    }

    private static List<String> data(EventLog log, TaskId id) {
        return log.history(id, 0, 10_000).stream()
                .map(event -> new String(event.data(), UTF_8))
                .toList();
    }
}
