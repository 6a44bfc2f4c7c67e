package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.Events;
import io.taskstream.testing.LogReader;
import io.taskstream.testing.Property;
import io.taskstream.testing.SettableTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Random operations on a log give the same result as on a list. */
final class LogModelTest {

    private static final int MAX_EVENTS = 20;
    private static final List<TaskId> IDS = List.of(new TaskId("a"), new TaskId("b"), new TaskId("c"));

    private final SettableTime time = new SettableTime();
    private final Map<TaskId, List<String>> model = new HashMap<>();
    private final Map<TaskId, Upload> uploads = new HashMap<>();
    private int next;
    private long segmentBytes;

    @Property(tries = 40)
    void itHoldsWhatAListWould(Choices from) throws IOException {
        List<Integer> steps = from.list(0, 40, () -> from.between(0, 999));
        segmentBytes = from.between(0, 1) == 0 ? 0 : 6_000;
        Path directory = Files.createTempDirectory("taskstream");
        model.clear();
        uploads.clear();
        EmbeddedEventLog log = open(directory);
        try {
            for (int step : steps) {
                log = take(step, log, directory);
            }
            for (TaskId id : IDS) {
                check(log, id);
            }
        } finally {
            log.close();
            deleteAll(directory);
            Files.delete(directory);
        }
    }

    private EmbeddedEventLog open(Path directory) {
        var retention = new Retention(Duration.ofDays(1), MAX_EVENTS, 1 << 20, 1 << 30, Duration.ofDays(1));
        return OpenLog.withoutCheckpoints(
                new EmbeddedOptions(directory.toString(), Durability.NONE, retention, 1_000, 1, segmentBytes), time);
    }

    private EmbeddedEventLog take(int step, EmbeddedEventLog log, Path directory) throws IOException {
        TaskId id = IDS.get(step % IDS.size());
        int size = 1 + step % 7;
        switch (step / 100) {
            case 0 -> {
                if (step % 2 == 0) {
                    crash(log, directory);
                } else {
                    log.close();
                }
                return open(directory);
            }
            case 1 -> log.runMaintenance();
            case 2 -> check(log, id);
            case 3 -> {
                assertThat(log.delete(id)).isEqualTo(model.remove(id) != null);
                uploads.remove(id);
            }
            case 4, 5, 6 -> advance(log, id, step % 4);
            default -> append(log, id, size);
        }
        return log;
    }

    /** Restores the files as they were before the log was closed. */
    private static void crash(EmbeddedEventLog log, Path directory) throws IOException {
        Path copy = Files.createTempDirectory("taskstream");
        copyAll(directory, copy);
        log.close();
        deleteAll(directory);
        copyAll(copy, directory);
        deleteAll(copy);
        Files.delete(copy);
    }

    private static void copyAll(Path from, Path to) throws IOException {
        for (Path file : filesIn(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        for (Path file : filesIn(directory)) {
            Files.delete(file);
        }
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** The upload counts its events, of which there may be none. */
    private void advance(EmbeddedEventLog log, TaskId id, int size) {
        append(log, id, 1);
        Upload upload = uploads.get(id);
        if (upload == null || size == 0) {
            change(log, id, new UploadChange.Begin("u", "text/plain"));
            upload = change(log, id, new UploadChange.Claim("u", -1));
        }
        String[] batch = new String[size];
        for (int i = 0; i < size; i++) {
            batch[i] = Integer.toString(next++);
        }
        model.computeIfAbsent(id, none -> new ArrayList<>()).addAll(List.of(batch));
        long from = upload.offset();
        uploads.put(id, change(log, id, new UploadChange.Advance("u", upload.turn(), from, from + size, false), batch));
    }

    private static Upload change(EmbeddedEventLog log, TaskId id, UploadChange change, String... json) {
        return Objects.requireNonNull(
                join(log.append(id, Batch.of(Events.of(json), change, null))).upload());
    }

    private void append(EmbeddedEventLog log, TaskId id, int size) {
        boolean isNew = log.create(Task.open(id, null, Map.of(), time.instant()));
        assertThat(isNew).isEqualTo(!model.containsKey(id));
        List<String> events = model.computeIfAbsent(id, none -> new ArrayList<>());
        String[] batch = new String[size];
        for (int i = 0; i < size; i++) {
            batch[i] = Integer.toString(next++);
        }
        String key = "key" + next;
        Batch once = new Batch(Events.of(batch), log.find(id).orElseThrow().last(), key);
        events.addAll(List.of(batch));
        long last = join(log.append(id, once)).last().sequence();
        assertThat(last).isEqualTo(events.size());
        assertThat(join(log.append(id, once)).last().sequence()).isEqualTo(last);
    }

    private void check(EmbeddedEventLog log, TaskId id) {
        List<String> all = model.get(id);
        if (all == null) {
            assertThat(log.find(id)).isEmpty();
            return;
        }
        LogState state = log.find(id).orElseThrow();
        assertThat(state.last().sequence()).isEqualTo(all.size());
        assertThat(state.uploads()).isEqualTo(uploads.containsKey(id) ? List.of(uploads.get(id)) : List.of());
        assertThat(state.events()).isGreaterThanOrEqualTo(Math.min(MAX_EVENTS, all.size()));
        for (long after = 0; after <= all.size(); after += 3) {
            long from = Math.max(after + 1, state.oldest());
            List<String> expected = all.subList((int) from - 1, all.size());
            assertThat(log.history(id, after, 1_000))
                    .extracting(LogModelTest::text)
                    .isEqualTo(expected);
            assertThat(log.history(id, after, 1_000))
                    .extracting(event -> event.id().sequence())
                    .startsWith(expected.isEmpty() ? new Long[0] : new Long[] {from});
            assertFrames(log, id, after, state, expected);
        }
    }

    private static void assertFrames(
            EmbeddedEventLog log, TaskId id, long after, LogState state, List<String> expected) {
        var frames = new StringBuilder();
        long sequence = Math.max(after + 1, state.oldest());
        for (String json : expected) {
            frames.append("id: ")
                    .append(state.last().at(sequence++))
                    .append("\ndata: ")
                    .append(json)
                    .append("\n\n");
        }
        assertThat(LogReader.frames(log, id, after, 100)).isEqualTo(frames.toString());
        Chunk chunk = join(log.read(id, after, 1 << 16));
        assertThat(chunk.first().sequence()).isEqualTo(Math.max(after + 1, state.oldest()));
    }

    private static String text(StoredEvent event) {
        return new String(event.data(), StandardCharsets.UTF_8);
    }
}
