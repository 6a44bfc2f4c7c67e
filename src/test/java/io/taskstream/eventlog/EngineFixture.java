package io.taskstream.eventlog;

import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.client.TaskStatus;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.SettableTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Opens an engine for each test, with helper methods. */
abstract class EngineFixture {

    static final int MAX_EVENTS = 100;
    static final int PAGE = 1 << 16;
    static final Duration KEYS = Duration.ofHours(1);

    final SettableTime time = new SettableTime();
    final String unique = UUID.randomUUID().toString();
    EventLog log;

    /**
     * An engine that keeps at least that many events of a task, and trims soon, or at the next append, to not many more.
     *
     * @param keys how long it keeps idempotency keys, measured by {@code time}
     */
    protected abstract EventLog open(int maxEvents, Duration keys, InstantSource time) throws Exception;

    /** Makes the engine trim now, if it would trim later. */
    protected void trim(EventLog engine) {}

    /** Moves the clock by which the engine expires idempotency keys. Returns false if that is not possible. */
    protected boolean advance(Duration duration) {
        time.advance(duration);
        return true;
    }

    @BeforeEach
    void openEngine() throws Exception {
        log = open(MAX_EVENTS, KEYS, time);
    }

    @AfterEach
    void closeEngine() {
        log.close();
    }

    TaskId id(String name) {
        return new TaskId(name + "." + unique);
    }

    TaskId create(String name) {
        return create(name, Map.of("run", unique));
    }

    TaskId create(String name, Map<String, String> labels) {
        TaskId id = id(name);
        assertThat(log.create(Task.open(id, "Task " + name, labels, time.instant())))
                .isTrue();
        return id;
    }

    Appended append(TaskId id, String... json) {
        return join(log.append(id, Events.batch(json)));
    }

    Appended appendIf(TaskId id, @Nullable EventId expectedLast, @Nullable String key, String... json) {
        return join(log.append(id, new Batch(Events.of(json), expectedLast, key)));
    }

    void appendTraced(TaskId id, String trace, String... json) {
        join(log.append(id, new Batch(Events.of(json), null, null, trace)));
    }

    EventId last(TaskId id) {
        return log.find(id).orElseThrow().last();
    }

    List<String> data(TaskId id) {
        return log.history(id, 0, 1_000_000).stream()
                .map(event -> new String(event.data(), StandardCharsets.UTF_8))
                .toList();
    }

    List<TaskId> list(TaskQuery query) {
        return log.list(query).stream().map(state -> state.task().id()).toList();
    }

    TaskQuery ofThisTest(@Nullable TaskStatus status, int limit, @Nullable TaskId after) {
        return new TaskQuery(status, Map.of("run", unique), limit, after);
    }

    static String quote(String text) {
        return '"' + text + '"';
    }

    /** Runs the work on that many threads at the same time. Returns what each returned. */
    static <T> List<T> inParallel(int threads, ThreadWork<T> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<T>> calls = IntStream.range(0, threads)
                    .mapToObj(i -> (Callable<T>) () -> work.run(i))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(calls)) {
                results.add(result.get());
            }
            return results;
        } finally {
            executor.shutdown();
        }
    }

    interface ThreadWork<T> {
        T run(int thread) throws Exception;
    }
}
