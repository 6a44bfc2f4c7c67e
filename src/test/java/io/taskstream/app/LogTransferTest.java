package io.taskstream.app;

import static io.taskstream.testing.Stages.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.EventReader;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import io.taskstream.testing.Events;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import io.taskstream.testing.SettableTime;
import jakarta.json.bind.JsonbBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private final SettableTime time = new SettableTime();
    private final EventReader reader = new EventReader(JsonbBuilder.create());
    private final EventLog from = memory();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void export() throws Exception {
        file = directory.resolve("tasks.ndjson");
        from.create(Task.open(FIRST, "Ä \"title\"", Map.of("k", "v"), time.instant()));
        join(from.append(FIRST, Events.batch("{\"a\":\n \"é\"}", "{\"time\":\"x\",\"data\":1}")));
        join(from.append(FIRST, Events.batch(Events.DONE)));
        from.create(Task.open(SECOND, null, Map.of(), time.instant()));
        IntStream.range(0, 1_200).forEach(i -> join(from.append(SECOND, Events.batch("\"" + i + "\""))));
        assertThat(new LogExport(from).writeTo(file)).isEqualTo(2);
    }

    private EventLog memory() {
        return new MemoryEventLog(new MemoryBounds(10_000, 64 << 20, 1_000), time, new Random());
    }

    @Test
    void whatWasExportedIsThereAfterTheImport() throws Exception {
        EventLog to = memory();
        assertThat(new LogImport(to, reader).readFrom(file)).isEqualTo(2);
        assertSame(to);
    }

    @Test
    void anImportThatBrokeOffGoesOn() throws Exception {
        Path part = directory.resolve("part.ndjson");
        Files.write(part, Files.readAllLines(file).subList(0, 700));
        EventLog to = memory();
        new LogImport(to, reader).readFrom(part);
        new LogImport(to, reader).readFrom(file);
        new LogImport(to, reader).readFrom(file);
        assertSame(to);
    }

    @Test
    @Tag("redis")
    void tasksMoveToRedis() throws Exception {
        try (var server = new RedisServer();
                var engines = new RedisEngines();
                EventLog to = engines.open(server.uri())) {
            new LogImport(to, reader).readFrom(file);
            assertSame(to);
        }
    }

    private void assertSame(EventLog to) {
        assertThat(to.list(new TaskQuery(null, Map.of(), 10, null)))
                .extracting(state -> state.task().id())
                .containsExactly(SECOND, FIRST);
        Task first = to.find(FIRST).orElseThrow().task();
        assertThat(first.title()).isEqualTo("Ä \"title\"");
        assertThat(first.labels()).isEqualTo(Map.of("k", "v"));
        assertThat(first.created()).isEqualTo(time.instant());
        assertThat(first.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(data(to, FIRST)).containsExactly("{\"a\":  \"é\"}", "{\"time\":\"x\",\"data\":1}", Events.DONE);
        assertThat(data(to, SECOND)).isEqualTo(data(from, SECOND));
    }

    private static List<String> data(EventLog log, TaskId id) {
        return log.history(id, 0, 10_000).stream()
                .map(event -> new String(event.data(), UTF_8))
                .toList();
    }
}
