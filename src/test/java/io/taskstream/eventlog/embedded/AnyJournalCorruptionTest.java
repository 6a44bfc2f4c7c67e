package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.JournalFiles;
import io.taskstream.testing.SettableTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One place of the journal is corrupted at random. Each acknowledged event is still there, or its task has another epoch or is
 * gone. No id is given twice. An upload counts its events, or is lost with the epoch.
 */
@Timeout(300)
final class AnyJournalCorruptionTest {

    private static final int CASES = Integer.getInteger("taskstream.test.damages", 50);
    private static final int TASKS = 5;

    /** A directory in which a force is cheap, if there is one. */
    private static final Path FAST = Path.of("/dev/shm");

    private final SettableTime time = new SettableTime();
    private final Map<TaskId, List<String>> acknowledged = new HashMap<>();
    private final Map<TaskId, String> epochs = new HashMap<>();
    private final Set<EventId> given = new HashSet<>();
    private final Map<TaskId, Upload> uploads = new HashMap<>();

    @TempDir
    private Path slow;

    private long segmentBytes;
    private Path original = Path.of(".");
    private Path damaged = Path.of(".");

    @BeforeEach
    void makeDirectories() throws IOException {
        Path parent = Files.isWritable(FAST) ? Files.createTempDirectory(FAST, "taskstream") : slow;
        original = Files.createDirectory(parent.resolve("original"));
        damaged = Files.createDirectory(parent.resolve("damaged"));
    }

    @AfterEach
    void deleteDirectories() throws IOException {
        for (Path each : List.of(original, damaged)) {
            deleteAll(each);
            Files.delete(each);
        }
        if (!original.startsWith(slow)) {
            Files.delete(original.getParent());
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private EmbeddedEventLog open(Path directory, Durability durability) {
        return OpenLog.withoutCheckpoints(
                new EmbeddedOptions(directory.toString(), durability, OpenLog.KEEP_ALL, 1 << 20, 1, segmentBytes),
                time);
    }

    @ParameterizedTest
    @CsvSource({
        "SYNC,false,0",
        "INTERVAL,false,0",
        "NONE,false,0",
        "SYNC,true,0",
        "INTERVAL,true,0",
        "NONE,true,0",
        "SYNC,false,20000",
        "NONE,false,20000",
        "SYNC,true,20000"
    })
    void whatWasAcknowledgedIsThereOrItsLossIsTold(Durability durability, boolean isClosed, long segments)
            throws IOException {
        segmentBytes = segments;
        var random = new Random(durability.name().hashCode() + (isClosed ? 1 : 0));
        publish(durability, isClosed, random);
        int same = 0;
        for (int i = 0; i < CASES; i++) {
            deleteAll(damaged);
            JournalFiles.copy(original, damaged);
            String damage = i == 0 ? "none" : damage(random);
            try {
                same += check(durability) ? 1 : 0;
            } catch (AssertionError e) {
                throw new AssertionError("Case " + i + ", " + damage, e);
            }
            assertThat(i > 0 || same == 1).as("without damage nothing is told").isTrue();
        }
        assertThat(same).as("cases in which nothing was to be told").isBetween(1, CASES - 1);
    }

    private void publish(Durability durability, boolean isClosed, Random random) throws IOException {
        EmbeddedEventLog log = open(original, durability);
        for (int i = 0; i < 120; i++) {
            TaskId id = new TaskId("t" + random.nextInt(TASKS));
            if (log.create(Task.open(id, "Of some length", Map.of("k", "v"), time.instant()))) {
                epochs.put(id, log.find(id).orElseThrow().last().epoch());
                uploads.put(id, change(log, id, new UploadChange.Begin("u", "text/plain")));
            }
            if (log.find(id).orElseThrow().task().status().isFinished()) {
                continue;
            }
            String[] events = new String[1 + random.nextInt(3)];
            Arrays.setAll(events, n -> '"' + "x".repeat(random.nextInt(400)) + random.nextInt() + '"');
            if (random.nextInt(60) == 0) {
                events[events.length - 1] = DONE;
            }
            if (random.nextBoolean()) {
                given.add(join(log.append(id, Events.batch(events))).last());
            } else {
                given.add(advance(log, id, events));
            }
            acknowledged(id).addAll(List.of(events));
            if (random.nextInt(25) == 0) {
                log.runMaintenance();
            } else if (random.nextInt(50) == 0) {
                log.close();
                log = open(original, durability);
            }
        }
        if (isClosed) {
            log.close();
        } else {
            JournalFiles.copy(original, damaged);
            log.close();
            deleteAll(original);
            JournalFiles.copy(damaged, original);
        }
    }

    private EventId advance(EmbeddedEventLog log, TaskId id, String... events) {
        Upload upload = Objects.requireNonNull(uploads.get(id));
        long to = upload.offset() + events.length;
        change(log, id, new UploadChange.Advance("u", upload.turn(), upload.offset(), to, false), events);
        // A change without events follows.
        uploads.put(id, change(log, id, new UploadChange.Claim("u", -1)));
        return log.find(id).orElseThrow().last();
    }

    private static Upload change(EmbeddedEventLog log, TaskId id, UploadChange change, String... events) {
        return Objects.requireNonNull(
                join(log.append(id, Batch.of(Events.of(events), change, null))).upload());
    }

    private List<String> acknowledged(TaskId id) {
        return acknowledged.computeIfAbsent(id, none -> new ArrayList<>());
    }

    private String damage(Random random) throws IOException {
        var files = new JournalFiles(damaged);
        List<Path> segments = files.segments();
        Path segment = segments.get(segments.size() - 1 - random.nextInt(3) % segments.size());
        // Some of it hits the zeros behind the last group.
        long size = random.nextInt(8) == 0 ? Files.size(segment) : files.end(segment);
        // Half of them in the head.
        long at = random.nextLong(random.nextBoolean() ? Math.min(size, 600) : size);
        String where = " at " + at + " of " + segment.getFileName();
        switch (random.nextInt(6)) {
            case 0 -> {
                files.zero(segment, at, Math.min(size, at + 1 + random.nextInt(5_000)));
                return "zeros" + where;
            }
            case 1 -> {
                files.cut(segment, at);
                return "cut" + where;
            }
            case 2 -> {
                byte[] bytes = Files.readAllBytes(segment);
                byte[] garbage = new byte[(int) Math.min(size - at, 1 + random.nextInt(600))];
                random.nextBytes(garbage);
                System.arraycopy(garbage, 0, bytes, (int) at, garbage.length);
                Files.write(segment, bytes);
                return "garbage" + where;
            }
            case 3 -> {
                if (random.nextBoolean()) {
                    Files.delete(segment);
                    return "deleted" + where;
                }
                byte[] tail = Arrays.copyOfRange(Files.readAllBytes(segment), (int) at, (int) size);
                Files.write(segment, tail, StandardOpenOption.APPEND);
                return "something behind its end" + where;
            }
            default -> {
                files.flip(segment, at);
                return "bit" + where;
            }
        }
    }

    /** Returns whether no loss is reported. */
    private boolean check(Durability durability) {
        Map<TaskId, LogState> states = new HashMap<>();
        boolean isSame = true;
        EmbeddedEventLog log = open(damaged, durability);
        try {
            for (TaskId id : epochs.keySet()) {
                isSame &= isUnchanged(log, id);
            }
            for (TaskId id : epochs.keySet()) {
                log.create(Task.open(id, null, Map.of(), time.instant()));
                LogState state = log.find(id).orElseThrow();
                if (!state.task().status().isFinished()) {
                    assertIsNew(join(log.append(id, Events.batch("\"after\""))).last(), id);
                }
                states.put(id, log.find(id).orElseThrow());
            }
        } finally {
            log.close();
        }
        EmbeddedEventLog again = open(damaged, durability);
        try {
            states.forEach((id, state) -> assertThat(again.find(id)).hasValue(state));
        } finally {
            again.close();
        }
        return isSame;
    }

    private void assertIsNew(EventId last, TaskId id) {
        boolean isOfOldEpoch = last.epoch().equals(epochs.get(id));
        assertThat(given).doesNotContain(last);
        assertThat(!isOfOldEpoch || last.sequence() > acknowledged(id).size())
                .as("%s is a new id", last)
                .isTrue();
    }

    private boolean isUnchanged(EmbeddedEventLog log, TaskId id) {
        Optional<LogState> found = log.find(id);
        if (found.isEmpty() || !found.get().last().epoch().equals(epochs.get(id))) {
            assertThat(found.map(LogState::uploads).orElse(List.of())).isEmpty();
            return false;
        }
        assertThat(found.get().uploads()).containsExactly(uploads.get(id));
        List<String> expected = acknowledged(id);
        long oldest = found.get().oldest();
        assertThat(found.get().last().sequence()).as("events of %s", id).isEqualTo(expected.size());
        assertThat(log.history(id, 0, 1_000))
                .extracting(AnyJournalCorruptionTest::text)
                .isEqualTo(expected.subList((int) oldest - 1, expected.size()));
        // What is not kept is told as trimmed.
        return oldest == 1;
    }

    private static String text(StoredEvent event) {
        return new String(event.data(), StandardCharsets.UTF_8);
    }
}
