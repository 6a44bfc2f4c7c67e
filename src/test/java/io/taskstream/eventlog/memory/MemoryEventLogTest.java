package io.taskstream.eventlog.memory;

import static io.taskstream.testing.Samples.DONE;
import static io.taskstream.testing.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Samples;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What applies to this engine only. */
class MemoryEventLogTest {

    private static final int FINISHED_TASKS = 3;

    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(4, 500, FINISHED_TASKS), InstantSource.fixed(NOON), new Random(1));

    @Test
    void ofATaskOnlyTheNewestEventsStay() {
        log.create(Samples.task("t"));
        append("t", "1", "2", "3", "4", "5", "6");
        LogState state = log.find(new TaskId("t")).orElseThrow();
        assertThat(state.oldest()).isEqualTo(3);
        assertThat(state.last().sequence()).isEqualTo(6);
        assertThat(state.events()).isEqualTo(4);
        assertThat(log.history(new TaskId("t"), 0, 10)).hasSize(4);
    }

    @Test
    void ofATaskOnlySoManyBytesStay() {
        log.create(Samples.task("t"));
        String big = "\"" + "x".repeat(300) + "\"";
        append("t", big, big, big);
        assertThat(log.find(new TaskId("t")).orElseThrow().events()).isEqualTo(1);
    }

    @Test
    void oneTasksEventsTakeNothingFromAnother() {
        log.create(Samples.task("a"));
        log.create(Samples.task("b"));
        append("a", "1");
        for (int i = 0; i < 100; i++) {
            append("b", "2");
        }
        assertThat(log.find(new TaskId("a")).orElseThrow().events()).isEqualTo(1);
    }

    @Test
    void theFinishedTaskThatEndedFirstIsForgottenFirst() {
        for (String id : List.of("a", "b", "c", "d", "open")) {
            log.create(Samples.task(id));
        }
        for (String id : List.of("c", "a", "d")) {
            append(id, DONE);
        }
        assertThat(ids()).containsExactly("open", "d", "c", "b", "a");
        append("b", DONE);
        assertThat(ids()).containsExactly("open", "d", "b", "a");
        assertThat(log.find(new TaskId("c"))).isEmpty();
        assertThatExceptionOfType(EventLogException.NoSuchTask.class)
                .isThrownBy(() -> log.history(new TaskId("c"), 0, 1));
    }

    @Test
    void anOpenTaskIsNeverForgotten() {
        log.create(Samples.task("open"));
        for (int i = 0; i < 100; i++) {
            log.create(Samples.task("t" + i));
            append("t" + i, DONE);
        }
        assertThat(ids()).containsExactly("t99", "t98", "t97", "open");
    }

    @Test
    void aFinishedTaskThatIsDeletedLeavesItsPlaceToAnother() {
        for (int i = 0; i < FINISHED_TASKS; i++) {
            log.create(Samples.task("t" + i));
            append("t" + i, DONE);
        }
        log.delete(new TaskId("t2"));
        log.create(Samples.task("new"));
        append("new", DONE);
        assertThat(ids()).containsExactly("new", "t1", "t0");
    }

    @Test
    void aTaskOfTheSameIdIsAnotherLog() {
        log.create(Samples.task("t"));
        append("t", "1");
        String epoch = log.find(new TaskId("t")).orElseThrow().last().epoch();
        log.delete(new TaskId("t"));
        log.create(Samples.task("t"));
        LogState state = log.find(new TaskId("t")).orElseThrow();
        assertThat(state.last().sequence()).isZero();
        assertThat(state.last().epoch()).isNotEqualTo(epoch);
    }

    /** The bound of finished tasks holds in whichever order tasks are created, finished and deleted. */
    @Test
    void finishingAndDeletingMayRace() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 2_000; i++) {
                String id = "r" + i;
                Future<Boolean> created = pool.submit(() -> log.create(Samples.task(id)));
                pool.submit(() -> log.delete(new TaskId(id))).get(10, TimeUnit.SECONDS);
                created.get(10, TimeUnit.SECONDS);
                Future<?> finished = pool.submit(() -> log.append(new TaskId(id), Samples.batch(DONE)));
                pool.submit(() -> log.delete(new TaskId(id))).get(10, TimeUnit.SECONDS);
                finished.get(10, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(ids()).isEmpty();
        for (int i = 0; i < 10; i++) {
            log.create(Samples.task("t" + i));
            append("t" + i, DONE);
        }
        assertThat(ids()).hasSizeLessThanOrEqualTo(FINISHED_TASKS).startsWith("t9");
    }

    @Test
    void sequencesAreContiguousUnderManyPublishers() throws Exception {
        log.create(Samples.task("t"));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> publishers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                publishers.add(pool.submit(() -> {
                    for (int k = 0; k < 500; k++) {
                        append("t", "1", "2");
                    }
                }));
            }
            for (Future<?> publisher : publishers) {
                publisher.get(10, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(log.find(new TaskId("t")).orElseThrow().last().sequence()).isEqualTo(4_000);
    }

    @ParameterizedTest
    @CsvSource({"0,1,1", "1,0,1", "1,1,0", "-1,1,1"})
    void boundsAreAtLeastOne(int events, long bytes, int finishedTasks) {
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBounds(events, bytes, finishedTasks));
    }

    private void append(String id, String... json) {
        log.append(new TaskId(id), Samples.batch(json)).toCompletableFuture().join();
    }

    private List<String> ids() {
        return log.list(new TaskQuery(null, Map.of(), 100, null)).stream()
                .map(state -> state.task().id().value())
                .toList();
    }
}
