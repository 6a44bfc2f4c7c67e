package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.RecordingWatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What retention deletes, and that its space is released. */
final class RetentionTest extends LogFixture {

    private static final long ALL = Long.MAX_VALUE / 2;
    private static final Duration YEAR = Duration.ofDays(365);
    private static final long MEGABYTE = 1 << 20;
    private static final String LONG = '"' + "x".repeat(1_000) + '"';

    @Test
    void aTaskGoesSoLongAfterItsEnd() {
        EmbeddedEventLog log = open(new Retention(Duration.ofHours(1), ALL, ALL, ALL, YEAR));
        create(log, A);
        create(log, B);
        append(log, A, DONE);
        append(log, B, "1");
        var watcher = new RecordingWatcher();
        log.watch(A, watcher);
        time.advance(Duration.ofMinutes(59));
        log.runMaintenance();
        assertThat(log.find(A)).isPresent();

        time.advance(Duration.ofMinutes(2));
        log.runMaintenance();
        assertThat(log.find(A)).isEmpty();
        assertThat(log.find(B)).isPresent();
        assertThat(watcher.timesDeleted()).isEqualTo(1);
        assertThat(open().find(A)).isEmpty();
    }

    @Test
    void aTaskKeepsSoManyEventsAndTheHoleIsSeen() {
        EmbeddedEventLog log = open(new Retention(YEAR, 50, ALL, ALL, YEAR));
        create(log, A);
        for (int i = 1; i <= 200; i++) {
            append(log, A, Integer.toString(i));
            if (i % 60 == 0) {
                log.runMaintenance();
            }
        }
        log.runMaintenance();
        LogState state = log.find(A).orElseThrow();
        assertThat(state.oldest()).isEqualTo(151);
        assertThat(data(log, A)).hasSize(50).startsWith("151").endsWith("200");
        Chunk chunk = join(log.read(A, 10, 1));
        assertThat(chunk.first()).isEqualTo(state.last().at(151));
    }

    @Test
    void aTaskKeepsSoManyBytes() {
        EmbeddedEventLog log = open(new Retention(YEAR, ALL, 100_000, ALL, YEAR));
        create(log, A);
        for (int i = 0; i < 300; i++) {
            append(log, A, LONG);
        }
        log.runMaintenance();
        assertThat(log.find(A).orElseThrow().events()).isBetween(80L, 100L);
        assertThat(data(open(), A)).hasSizeBetween(80, 100);
    }

    @Test
    void ofTooManyBytesTheTaskThatEndedFirstGoesFirst() {
        EmbeddedEventLog log = open(new Retention(YEAR, ALL, ALL, 64 * MEGABYTE, YEAR));
        for (int task = 0; task < 5; task++) {
            TaskId id = new TaskId("t" + task);
            create(log, id);
            appendMegabytes(log, id, 8);
            append(log, id, DONE);
            time.advance(Duration.ofSeconds(1));
        }
        tendSome(log);
        assertThat(log.find(new TaskId("t0"))).isEmpty();
        assertThat(log.find(new TaskId("t1"))).isEmpty();
        assertThat(log.find(new TaskId("t2"))).isPresent();
        assertThat(log.find(new TaskId("t3"))).isPresent();
    }

    @Test
    void ifNoTaskHasEndedTheOldestLoseTheirOlderHalf() {
        EmbeddedEventLog log = open(new Retention(YEAR, ALL, ALL, 64 * MEGABYTE, YEAR));
        create(log, A);
        create(log, B);
        appendMegabytes(log, A, 30);
        appendMegabytes(log, B, 10);
        long before = log.find(A).orElseThrow().last().sequence();
        tendSome(log);
        assertThat(log.find(A).orElseThrow().events()).isBetween(before / 5, before * 2 / 3);
        assertThat(log.find(B).orElseThrow().oldest()).isEqualTo(1);
        assertThat(append(log, A, "1").last().sequence()).isEqualTo(before + 1);
    }

    @Test
    void theFilesTakeNoMoreOfTheDiskThanIsGranted() throws IOException {
        long granted = 64 * MEGABYTE;
        EmbeddedEventLog log = open(new Retention(YEAR, ALL, ALL, granted, YEAR));
        for (int task = 0; task < 12; task++) {
            TaskId id = new TaskId("t" + task);
            create(log, id);
            appendMegabytes(log, id, 8);
            for (int i = 0; i < 500; i++) {
                log.create(Task.open(new TaskId("t" + task + "-" + i), null, Map.of(), time.instant()));
                log.append(new TaskId("t" + task + "-" + i), Events.batch("1", DONE));
            }
            append(log, id, DONE);
            time.advance(Duration.ofSeconds(1));
            log.runMaintenance();
        }
        tendSome(log);
        assertThat(log.usage().bytes()).isEqualTo(bytesOnDisk()).isLessThan(granted);
        assertThat(log.find(new TaskId("t11"))).isPresent();
        assertThat(bytesOnDisk()).isGreaterThan(granted / 4);
    }

    private static void appendMegabytes(EmbeddedEventLog log, TaskId id, int count) {
        String[] some = IntStream.range(0, 100).mapToObj(i -> LONG).toArray(String[]::new);
        for (int i = 0; i < count * 10; i++) {
            append(log, id, some);
        }
    }

    /** The first maintenance stores the appends, the second deletes them, and some more release their space. */
    private void tendSome(EmbeddedEventLog log) {
        for (int i = 0; i < 12; i++) {
            create(log, new TaskId("tick" + i));
            log.runMaintenance();
        }
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void spaceIsGivenBack() throws IOException {
        EmbeddedEventLog log = open(new Retention(Duration.ofHours(1), ALL, ALL, ALL, YEAR));
        String[] many = IntStream.range(0, 100).mapToObj(i -> LONG).toArray(String[]::new);
        for (int task = 0; task < 10; task++) {
            TaskId id = new TaskId("t" + task);
            create(log, id);
            for (int i = 0; i < 20; i++) {
                append(log, id, many);
            }
            if (task != 5) {
                append(log, id, DONE);
            }
            log.runMaintenance();
        }
        long before = Files.size(directory.resolve("events.mv"));
        time.advance(Duration.ofHours(2));
        for (int i = 0; i < 20; i++) {
            append(log, new TaskId("t5"), "1");
            log.runMaintenance();
        }
        long after = Files.size(directory.resolve("events.mv"));
        assertThat(before).isGreaterThan(20_000_000);
        assertThat(after).isLessThan(before / 3);
        assertThat(data(log, new TaskId("t5"))).hasSize(2_020);
    }

    @Test
    void manyTasksGoWithoutAWaitBetweenThem() {
        EmbeddedEventLog log = open(new Retention(Duration.ofHours(1), ALL, ALL, ALL, YEAR));
        for (int task = 0; task < 1_200; task++) {
            TaskId id = new TaskId("t" + task);
            create(log, id);
            append(log, id, DONE);
        }
        log.runMaintenance();
        time.advance(Duration.ofHours(2));
        await(
                "all are gone",
                () -> log.list(new TaskQuery(null, Map.of(), 1, null)).isEmpty());
    }

    /** The commit thread waits for the checkpoint thread while the heap holds many dirty bytes. */
    @Test
    void tasksGoWhileMoreComesInThanTheHeapHolds() throws InterruptedException {
        EmbeddedEventLog log = open(new Retention(Duration.ZERO, ALL, ALL, ALL, YEAR));
        String[] much = IntStream.range(0, 4_000).mapToObj(i -> LONG).toArray(String[]::new);
        List<Thread> publishers = IntStream.range(0, 16)
                .mapToObj(number -> new Thread(() -> {
                    for (int i = 0; i < 2; i++) {
                        TaskId id = new TaskId("p" + number + "-" + i);
                        create(log, id);
                        append(log, id, much);
                        append(log, id, DONE);
                        time.advance(Duration.ofMillis(1));
                    }
                }))
                .toList();
        publishers.forEach(Thread::start);
        await("all is published", () -> {
            time.advance(Duration.ofMillis(1));
            return publishers.stream().noneMatch(Thread::isAlive);
        });
        time.advance(Duration.ofMillis(1));
        await(
                "all are gone",
                () -> log.list(new TaskQuery(null, Map.of(), 1, null)).isEmpty());
    }
}
