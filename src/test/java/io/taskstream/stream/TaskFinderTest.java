package io.taskstream.stream;

import static io.taskstream.stream.MergedStreamTest.frame;
import static io.taskstream.stream.StreamFixture.EPOCH;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tasks of a label over one connection. The log keeps 100 finished tasks. */
class TaskFinderTest {

    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final StreamFixture fixture = new StreamFixture();
    private TaskStreams streams = fixture.streams;
    private final List<TaskId> counted = new ArrayList<>();

    @Test
    void openTasksAreThereAtOnceAndOthersJoinAsTheyAppear() {
        create("open", "ci");
        publish("open", "1");
        create("over", "ci");
        publish("over", "1", Samples.DONE);
        create("other", "nightly");
        publish("other", "1");
        pass(Duration.ofSeconds(1));
        Connection viewer = watch("");
        assertThat(viewer.take())
                .startsWith("retry: 2500\n\n" + frame("open", 1, "1") + "id: @")
                .doesNotContain("over");

        create("new", "ci");
        create("new-other", "nightly");
        publish("new", "1");
        pass(SOON);
        assertThat(viewer.take())
                .startsWith(frame("new", 1, "1") + "id: @")
                .endsWith(",open:" + EPOCH + "-1,new:" + EPOCH + "-1\n\n")
                .doesNotContain("other");
        publish("new", "2");
        assertThat(viewer.take()).startsWith(frame("new", 2, "2"));
    }

    @Test
    void theStreamStaysWhenAllTasksHaveEnded() {
        create("a", "ci");
        Connection viewer = watch("");
        publish("a", Samples.DONE);
        pass(LONG);
        assertThat(viewer.exchange().isCompleted()).isFalse();
        create("b", "ci");
        publish("b", "1");
        pass(SOON);
        assertThat(events(viewer.take())).endsWith(event("b", 1, "1"));
        viewer.sink().close();
        pass(SOON);
        assertThat(fixture.streams.viewers(new TaskId("b"))).isZero();
        assertThat(fixture.executor.waiting()).isZero();
    }

    @Test
    void aTaskIsDeliveredOnceOverOneConnection() {
        Connection viewer = watch("");
        for (int i = 0; i < 5; i++) {
            create("t" + i, "ci");
            publish("t" + i, "1", Samples.DONE);
            pass(SOON);
        }
        pass(LONG);
        assertThat(events(viewer.take())).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void whatWasCreatedAndFinishedWhileTheViewerWasAwayIsDelivered() {
        create("a", "ci");
        publish("a", "1");
        Connection viewer = watch("");
        pass(LONG);
        String position = lastPosition(viewer.take());
        viewer.sink().close();

        publish("a", "2", Samples.DONE);
        create("short", "ci");
        publish("short", "1", Samples.DONE);
        pass(LONG);
        create("open", "ci");
        publish("open", "1");
        Connection again = watch(position);
        pass(SOON);
        assertThat(events(again.take()))
                .containsExactlyInAnyOrder(
                        event("a", 2, "2"),
                        event("a", 3, Samples.DONE),
                        event("short", 1, "1"),
                        event("short", 2, Samples.DONE),
                        event("open", 1, "1"));
        assertThat(watch(lastPosition(again.out().text() + "\n")).take()).doesNotContain("gap");
    }

    @Test
    void aTaskThatEndedJustBeforeIsNotDeliveredAgainToAViewerThatResumes() {
        create("a", "ci");
        Connection viewer = watch("");
        publish("a", "1", Samples.DONE);
        String position = lastPosition(viewer.take());
        viewer.sink().close();
        Connection again = watch(position);
        pass(SOON);
        assertThat(events(again.take())).isEmpty();
    }

    @Test
    void aQuietViewerIsToldItsPositionFromTimeToTime() {
        Connection viewer = watch("");
        String first = lastPosition(viewer.take());
        pass(LONG);
        String later = lastPosition(viewer.take());
        assertThat(created(later)).isAfter(created(first).plus(LONG).minusSeconds(120));
    }

    @Test
    void tasksBeyondTheBoundJoinWhenOthersEndTheOldestFirst() {
        for (int i = 10; i < 50; i++) {
            create("t" + i, "ci");
            publish("t" + i, "1");
            pass(Duration.ofSeconds(1));
        }
        pass(LONG);
        create("t50", "ci");
        Connection viewer = watch("");
        String first = viewer.take();
        assertThat(events(first)).hasSize(32).contains(event("t10", 1, "1")).contains(event("t41", 1, "1"));
        assertThat(lastPosition(first).length()).isLessThan(6_000);
        pass(SOON);
        publish("t20", Samples.DONE);
        pass(SOON);
        assertThat(events(viewer.take())).containsExactly(event("t20", 2, Samples.DONE), event("t42", 1, "1"));
        List.of("t10", "t11", "t44").forEach(task -> publish(task, Samples.DONE));
        pass(SOON);
        String second = viewer.take();
        viewer.sink().close();

        Connection again = watch(lastPosition(second));
        for (int i = 12; i <= 50; i++) {
            if (i != 20 && i != 44) {
                publish("t" + i, Samples.DONE);
            }
            pass(SOON);
        }
        assertThat(events(second + again.take()))
                .as("every event of the tasks that had to wait")
                .contains(event("t43", 1, "1"), event("t44", 2, Samples.DONE))
                .contains(event("t49", 1, "1"), event("t50", 1, Samples.DONE))
                .doesNotHaveDuplicates()
                .hasSize(2 * 40 + 1 - 32 - 2);
    }

    @Test
    void fromIsForTasksThatWereThereBeforeTheViewer() {
        create("a", "ci");
        publish("a", "1");
        pass(LONG);
        Connection viewer = watch("", id -> true, StartPosition::latest);
        publish("a", "2");
        create("b", "ci");
        publish("b", "1");
        pass(SOON);
        assertThat(events(viewer.take())).containsExactly(event("a", 2, "2"), event("b", 1, "1"));
    }

    @Test
    void whatTheViewerMayNotWatchIsLeftOutEvenIfItsPositionNamesIt() {
        create("mine", "ci");
        create("secret", "ci");
        create("other", "nightly");
        for (String task : List.of("mine", "secret", "other")) {
            publish(task, "1");
        }
        long now = fixture.time.instant().toEpochMilli();
        String position = "@%d.%d,secret:%3$s-0,other:%3$s-0,mine:%3$s-0".formatted(now, now, EPOCH);
        Connection viewer = watch(position, id -> !id.value().equals("secret"), StartPosition::earliest);
        pass(SOON);
        assertThat(events(viewer.take())).containsExactly(event("mine", 1, "1"));
    }

    @Test
    void aPositionThatIsNoneIsToldAsReset() {
        create("a", "ci");
        publish("a", "1");
        assertThat(watch("garbage").take())
                .startsWith(
                        "retry: 2500\n\nevent: gap\ndata: {\"task\":\"a\",\"data\":{\"reason\":\"reset\",\"from\":\"0-0\",")
                .contains(frame("a", 1, "1"));
    }

    @Test
    void aDeletedTaskLeavesAndComesBackAsAnother() {
        create("a", "ci");
        publish("a", "1");
        Connection viewer = watch("");
        viewer.take();
        fixture.log.delete(new TaskId("a"));
        fixture.executor.runAll();
        pass(SOON);
        create("a", "ci");
        publish("a", "\"another\"");
        pass(SOON);
        assertThat(viewer.take()).startsWith(frame("a", 1, "\"another\""));

        fixture.log.delete(new TaskId("a"));
        fixture.executor.runAll();
        assertThat(watch("@1.1,a:" + EPOCH + "-1").take()).as("no error").startsWith("retry: 2500\n\nid: @");
    }

    @Test
    void eachTaskIsCountedWhileItIsFollowed() {
        create("a", "ci");
        Connection viewer = watch("");
        create("b", "ci");
        pass(SOON);
        assertThat(counted).containsExactly(new TaskId("a"), new TaskId("b"));
        assertThat(fixture.context.meters().viewers()).isEqualTo(1);
        publish("a", Samples.DONE);
        assertThat(counted).containsExactly(new TaskId("b"));
        viewer.sink().close();
        assertThat(counted).isEmpty();
    }

    @Test
    void aLogThatCannotBeListedForAWhileIsListedAgain() {
        var failing = new FailingLog(fixture.log);
        streams = fixture.streamsOf(failing);
        Connection viewer = watch("");
        watch("");
        failing.failLists(true);
        create("a", "ci");
        publish("a", "1", Samples.DONE);
        pass(Duration.ofSeconds(30));
        assertThat(failing.lists()).as("once for both viewers").isBetween(20, 31);
        assertThat(events(viewer.take())).isEmpty();
        failing.failLists(false);
        pass(SOON);
        assertThat(events(viewer.take())).hasSize(2);
    }

    @Test
    void aViewerWithoutTasksIsDrained() {
        Connection viewer = watch("");
        fixture.streams.beginDrain(Duration.ofSeconds(1)).forEach(Viewer::drain);
        assertThat(viewer.exchange().isCompleted()).isTrue();
        watch("");
        fixture.streams.close();
        assertThat(fixture.context.meters().viewers()).isZero();
    }

    /** Tasks come and go at random, and the viewer drops at random and resumes: it gets every event. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 0, -4535359006360797616L})
    void nothingIsMissedWheneverTheViewerDrops(long fixedSeed) {
        long seed = fixedSeed == 0 ? new Random().nextLong() : fixedSeed;
        var random = new Random(seed);
        Set<String> expected = new LinkedHashSet<>();
        Set<String> got = new LinkedHashSet<>();
        List<String> open = new ArrayList<>();
        Map<String, Integer> last = new HashMap<>();
        Connection viewer = watch("");
        String position = "";
        int repeats = 0;
        for (int step = 0; step < 400; step++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    String task = "t" + step;
                    create(task, "ci");
                    open.add(task);
                }
                case 1 -> pass(Duration.ofMillis(random.nextInt(20_000)));
                case 2 -> {
                    String text = viewer == null ? "" : viewer.take();
                    repeats += take(text, got);
                    position = lastPosition(text).isEmpty() ? position : lastPosition(text);
                    if (viewer != null && random.nextBoolean()) {
                        viewer.sink().close();
                        viewer = null;
                    } else if (viewer == null) {
                        viewer = watch(position);
                    }
                }
                default -> {
                    if (!open.isEmpty()) {
                        String task = open.get(random.nextInt(open.size()));
                        String json = random.nextInt(4) == 0 ? Samples.DONE : Integer.toString(step);
                        publish(task, json);
                        expected.add(event(task, last.merge(task, 1, Integer::sum), json));
                        if (json.equals(Samples.DONE)) {
                            open.remove(task);
                        }
                    }
                }
            }
        }
        // So that there is room for those of which there were too many: the last seed has 37.
        for (String task : open) {
            publish(task, Samples.DONE);
            expected.add(event(task, last.merge(task, 1, Integer::sum), Samples.DONE));
        }
        if (viewer == null) {
            viewer = watch(position);
        }
        for (int i = 0; i < 10; i++) {
            pass(SOON);
        }
        repeats += take(viewer.take(), got);
        assertThat(got).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(repeats).as("seed %d: repeats of %d", seed, expected.size()).isLessThan(expected.size());
    }

    private static int take(String text, Set<String> got) {
        return (int) events(text).stream().filter(event -> !got.add(event)).count();
    }

    private Connection watch(String position) {
        return watch(position, id -> true, StartPosition::earliest);
    }

    private Connection watch(String position, Predicate<TaskId> visible, Function<LogState, StartPosition> from) {
        Connection viewer = fixture.connect(fixture.options(StartPosition.UNKNOWN));
        streams.register(
                new TaskQuery(null, Map.of("kind", "ci"), 1, null, visible),
                position.isEmpty() ? StreamPosition.NONE : StreamPosition.parse(position),
                from,
                log -> {
                    counted.add(log.task().id());
                    return () -> counted.remove(log.task().id());
                },
                viewer.sink());
        viewer.sink().open(2500);
        fixture.executor.runAll();
        return viewer;
    }

    private void create(String id, String kind) {
        assertThat(fixture.log.create(Task.open(new TaskId(id), null, Map.of("kind", kind), fixture.time.instant())))
                .isTrue();
    }

    private void publish(String task, String... json) {
        fixture.log
                .append(new TaskId(task), Samples.batch(json))
                .toCompletableFuture()
                .join();
        fixture.executor.runAll();
    }

    /** Moves the time, and does after each sweep what it asked for. */
    private void pass(Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(Heartbeats.PERIOD)) {
            fixture.pass(Heartbeats.PERIOD);
            fixture.executor.runAll();
        }
    }

    private static Instant created(String position) {
        return Instant.ofEpochMilli(Long.parseLong(position.substring(1, position.indexOf('.'))));
    }

    private static String event(String task, int sequence, String json) {
        return frame(task, sequence, json).strip();
    }

    private static List<String> events(String stream) {
        return stream.lines().filter(line -> line.startsWith("data: {\"task\"")).toList();
    }

    private static String lastPosition(String stream) {
        return stream.lines().filter(line -> line.startsWith("id: ")).reduce("", (before, line) -> line.substring(4));
    }
}
