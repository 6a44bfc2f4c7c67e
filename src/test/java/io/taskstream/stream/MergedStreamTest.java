package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.EPOCH;
import static io.taskstream.stream.StreamFixture.HEARTBEAT;
import static io.taskstream.stream.StreamFixture.STALL;
import static io.taskstream.stream.StreamFixture.TASK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several tasks over one connection. */
class MergedStreamTest {

    private static final TaskId A = new TaskId("a");
    private static final TaskId B = new TaskId("b");

    private final StreamFixture fixture = new StreamFixture();

    @BeforeEach
    void create() {
        fixture.log.create(Samples.task("a"));
        fixture.log.create(Samples.task("b"));
    }

    @Test
    void eventsHaveTheirTaskAndThePositionFollows() {
        append(A, "1", "{\"x\":[]}");
        Connection viewer = watch("");
        assertThat(viewer.take())
                .isEqualTo("retry: 2500\n\n" + frame("a", 1, "1") + frame("a", 2, "{\"x\":[]}") + position(2, 0));
        publish(B, "\"n\u00e4chstes\"");
        assertThat(viewer.take()).isEqualTo(frame("b", 1, "\"n\u00e4chstes\"") + position(2, 1));
        append(A, "3");
        append(B, "2");
        fixture.executor.runAll();
        assertThat(viewer.take())
                .contains(frame("a", 3, "3"))
                .contains(frame("b", 2, "2"))
                .endsWith(position(3, 2));
    }

    @Test
    void aViewerOfQuietTasksGetsThePositionAtOnce() {
        append(A, "1");
        assertThat(watch("", StartPosition::latest).take()).isEqualTo("retry: 2500\n\n" + position(1, 0));
    }

    @Test
    void theFramesOfAllTasksComeInOneWrite() {
        Connection viewer = watch("");
        int before = viewer.out().writes();
        viewer.out().setReady(false);
        publish(A, "1");
        publish(B, "1");
        viewer.out().setReady(true);
        assertThat(viewer.out().writes()).isEqualTo(before + 1);
    }

    @Test
    void dataOfSeveralLinesStaysOneValue() {
        publish(A, "{\n  \"a\": 1,\r\n  \"b\": 2\r}");
        assertThat(watch("").take())
                .contains("data: {\"task\":\"a\",\"id\":\"" + EPOCH + "-1\",\"data\":{\n"
                        + "data:   \"a\": 1,\ndata:   \"b\": 2\ndata: }}\n\n");
    }

    @Test
    void noTaskDelaysAnother() {
        String large = "\"" + "x".repeat(10_000) + "\"";
        for (int i = 0; i < 60; i++) {
            append(A, large);
        }
        append(B, "1");
        Connection viewer = watch("");
        String text = viewer.take();
        assertThat(text.indexOf(frame("b", 1, "1"))).isBetween(0, 3 * large.length());
        fixture.executor.runAll();
        assertThat(text + viewer.take()).contains("\"" + EPOCH + "-60\"").endsWith(position(60, 1));
    }

    @Test
    void noWriteIsMuchLargerThanARead() {
        Connection viewer = watch("");
        viewer.out().setReady(false);
        for (int i = 0; i < 500; i++) {
            append(A, "\"" + "x".repeat(100) + "\"");
            append(B, "\"" + "x".repeat(100) + "\"");
        }
        fixture.executor.runAll();
        List<Integer> positions = new ArrayList<>();
        viewer.out().setReady(true);
        fixture.executor.runAll();
        String text = viewer.take();
        for (int at = text.indexOf("\nid: "); at >= 0; at = text.indexOf("\nid: ", at + 1)) {
            positions.add(at);
        }
        assertThat(positions).hasSizeGreaterThan(5);
        for (int i = 1; i < positions.size(); i++) {
            assertThat(positions.get(i) - positions.get(i - 1)).isLessThan(64 * 1024);
        }
    }

    @Test
    void aViewerThatResumesAnywhereMissesNothingAndCanTellRepeats() {
        for (int i = 1; i <= 10; i++) {
            append(A, Integer.toString(i));
            append(B, Integer.toString(i), "\"between\"");
        }
        append(A, Samples.DONE);
        append(B, Samples.DONE);
        String all = watch("").take();
        assertThat(events(all)).hasSize(32);
        for (int cut = 0; cut < all.length(); cut += 7) {
            String before = all.substring(0, all.lastIndexOf("\n\n", cut) + 1);
            String position = lastPosition(before);
            Set<String> got = new HashSet<>(events(before));
            if (!isPastEnd(position)) {
                got.addAll(events(watch(position).take()));
            }
            assertThat(got).as("resumed behind %s", position).containsExactlyInAnyOrderElementsOf(events(all));
        }
    }

    @Test
    void endsWhenAllTasksHave() {
        publish(A, "1");
        Connection viewer = watch("");
        publish(A, Samples.DONE);
        assertThat(viewer.exchange().isCompleted()).isFalse();
        assertThat(fixture.streams.viewers(A)).isZero();
        assertThat(fixture.streams.viewers(B)).isEqualTo(1);
        viewer.take();
        publish(B, Samples.DONE);
        assertThat(viewer.exchange().isCompleted()).isTrue();
        String end = viewer.take();
        assertThat(end).isEqualTo(frame("b", 1, Samples.DONE) + "id: b:" + EPOCH + "-1,a:" + EPOCH + "-2\n\n");
        assertThat(isPastEnd(lastPosition(end))).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void whatIsDeliveredIsNotDeliveredAgain() {
        append(A, "1", Samples.DONE);
        append(B, "1");
        Connection viewer = watch("a:" + EPOCH + "-2,b:" + EPOCH + "-1");
        assertThat(viewer.take()).isEqualTo("retry: 2500\n\nid: b:" + EPOCH + "-1,a:" + EPOCH + "-2\n\n");
    }

    @Test
    void aDeletedTaskEndsAloneAndStaysInThePosition() {
        publish(A, "1");
        Connection viewer = watch("");
        fixture.log.delete(A);
        fixture.executor.runAll();
        assertThat(viewer.exchange().isCompleted()).isFalse();
        viewer.take();
        publish(B, "1");
        assertThat(viewer.take()).endsWith("id: b:" + EPOCH + "-1,a:" + EPOCH + "-1\n\n");
        fixture.log.delete(B);
        fixture.executor.runAll();
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void aTaskThatWasDeletedMeanwhileIsNoError() {
        publish(B, "1");
        fixture.log.delete(A);
        Connection viewer = fixture.connect(options());
        fixture.streams.register(
                List.of(log(B)),
                StreamPosition.parse("a:" + EPOCH + "-7,b:" + EPOCH + "-1"),
                StartPosition::earliest,
                log -> () -> {},
                viewer.sink());
        viewer.sink().open(2500);
        assertThat(viewer.take()).endsWith("id: b:" + EPOCH + "-1,a:" + EPOCH + "-7\n\n");
    }

    @Test
    void gapsAndLagsHaveTheirTask() {
        var small = new StreamFixture(4);
        small.log.create(Samples.task("a"));
        small.log.append(A, Samples.batch("1", "2", "3", "4", "5", "6"));
        Connection viewer = small.connect(small.options(StartPosition.UNKNOWN));
        small.streams.register(
                List.of(small.log.find(A).orElseThrow(), small.log.find(TASK).orElseThrow()),
                StreamPosition.NONE,
                StartPosition::earliest,
                log -> () -> {},
                viewer.sink());
        viewer.sink().open(2500);
        assertThat(viewer.take())
                .startsWith(
                        "retry: 2500\n\nevent: gap\ndata: {\"task\":\"a\",\"data\":{\"reason\":\"trimmed\",\"from\":\""
                                + EPOCH + "-1\",\"to\":\"" + EPOCH + "-2\"}}\n\n" + "id: ")
                .contains(frame("a", 3, "3"));
        viewer.out().setReady(false);
        small.log.append(TASK, Samples.batch("1"));
        small.executor.runAll();
        for (int i = 7; i <= 16; i++) {
            small.log.append(A, Samples.batch(Integer.toString(i)));
        }
        small.executor.runAll();
        viewer.out().setReady(true);
        assertThat(viewer.take())
                .contains("event: lag\ndata: {\"task\":\"a\",\"data\":\"dropped 6 events due to slow consumer\"}\n\n")
                .contains(frame("a", 13, "13"))
                .contains(frame("t", 1, "1"))
                .endsWith("id: a:" + EPOCH + "-16,t:" + EPOCH + "-1\n\n");
    }

    @Test
    void aPositionThatIsNoneIsToldAsResetOfEachTask() {
        publish(A, "1");
        publish(B, "1");
        String reset = "\"data\":{\"reason\":\"reset\",\"from\":\"0-0\",\"to\":\"" + EPOCH + "-1\"}}\n\n";
        assertThat(watch("garbage").take())
                .contains("event: gap\ndata: {\"task\":\"a\"," + reset)
                .contains("event: gap\ndata: {\"task\":\"b\"," + reset)
                .contains(frame("a", 1, "1"))
                .endsWith(position(1, 1));
    }

    @Test
    void aLostProducerHasItsTask() {
        fixture.log.append(A, Batch.of(List.of(), new UploadChange.Begin("build", "text/plain"), null));
        Connection viewer = watch("");
        viewer.take();
        for (int i = 0; i < 12; i++) {
            fixture.pass(Duration.ofSeconds(1));
            fixture.executor.runAll();
        }
        assertThat(viewer.take())
                .startsWith(
                        "event: producer\ndata: {\"task\":\"a\",\"data\":{\"upload\":\"build\",\"state\":\"lost\",");
    }

    @Test
    void oneHeartbeatAndOneStallForAllTasks() {
        Connection viewer = watch("");
        viewer.take();
        fixture.pass(HEARTBEAT.plusSeconds(1));
        assertThat(viewer.take()).isEqualTo(StreamFixture.COMMENT);
        publish(A, "1");
        viewer.take();
        fixture.pass(HEARTBEAT.minusSeconds(1));
        assertThat(viewer.take()).isEmpty();
        viewer.out().setReady(false);
        publish(B, "1");
        fixture.pass(STALL.plusSeconds(1));
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void isOneViewerOfTheServerAndOneOfEachTask() {
        Connection viewer = watch("");
        assertThat(fixture.context.meters().viewers()).isEqualTo(1);
        assertThat(fixture.streams.viewers(A)).isEqualTo(1);
        assertThat(fixture.streams.viewers(B)).isEqualTo(1);
        assertThat(fixture.streams.beginDrain(Duration.ofSeconds(5))).hasSize(1).allSatisfy(each -> {
            each.setRetry(9000);
            each.drain();
        });
        assertThat(viewer.take()).endsWith("retry: 9000\n\n");
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void tracedTasksThatAreQuietKeepNoThreadBusy() {
        Connection viewer =
                fixture.connect(new ViewerOptions(StartPosition.UNKNOWN, HEARTBEAT, false, STALL, true, null));
        fixture.streams.register(
                List.of(log(A), log(B)), StreamPosition.NONE, StartPosition::earliest, log -> () -> {}, viewer.sink());
        viewer.sink().open(2500);
        for (int i = 0; i < 100; i++) {
            fixture.executor.runOne();
        }
        assertThat(fixture.executor.waiting()).isZero();
        publish(A, "1");
        assertThat(viewer.take()).endsWith(frame("a", 1, "1") + position(1, 0));
    }

    @Test
    void leavesWhereverTheConnectionEnds() {
        Connection viewer = watch("");
        viewer.out().failWith(new IOException("Broken pipe"));
        publish(A, "1");
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertNothingIsLeft();
        watch("");
        fixture.streams.close();
        assertNothingIsLeft();
    }

    @Test
    void ofALogThatCannotBeWatchedNothingIsLeft() {
        var failing = new FailingLog(fixture.log);
        var streams = fixture.streamsOf(failing);
        Connection viewer = fixture.connect(options());
        failing.refuseNextWatch(() -> {});
        assertThatThrownBy(() -> streams.register(
                        List.of(log(A), log(B)),
                        StreamPosition.NONE,
                        StartPosition::earliest,
                        log -> () -> {},
                        viewer.sink()))
                .isInstanceOf(EventLogException.class);
        assertThat(streams.viewers(A)).isZero();
        assertThat(streams.meters().viewers()).isZero();
    }

    private void assertNothingIsLeft() {
        assertThat(fixture.streams.viewers(A)).isZero();
        assertThat(fixture.streams.viewers(B)).isZero();
        assertThat(fixture.context.meters().viewers()).isZero();
        assertThat(fixture.streams.beginDrain(Duration.ZERO)).isEmpty();
    }

    private Connection watch(String position) {
        return watch(position, StartPosition::earliest);
    }

    private Connection watch(String position, Function<LogState, StartPosition> from) {
        Connection viewer = fixture.connect(options());
        fixture.streams.register(
                List.of(log(A), log(B)),
                position.isEmpty() ? StreamPosition.NONE : StreamPosition.parse(position),
                from,
                log -> () -> {},
                viewer.sink());
        viewer.sink().open(2500);
        return viewer;
    }

    private boolean isPastEnd(String position) {
        StreamPosition parsed = position.isEmpty() ? StreamPosition.NONE : StreamPosition.parse(position);
        return List.of(log(A), log(B)).stream()
                .allMatch(log -> parsed.start(log, StartPosition::earliest).isPastEndOf(log));
    }

    private ViewerOptions options() {
        return fixture.options(StartPosition.UNKNOWN);
    }

    private LogState log(TaskId task) {
        return fixture.log.find(task).orElseThrow();
    }

    private EventId append(TaskId task, String... json) {
        return fixture.log
                .append(task, Samples.batch(json))
                .toCompletableFuture()
                .join()
                .last();
    }

    private void publish(TaskId task, String... json) {
        append(task, json);
        fixture.executor.runAll();
    }

    static String frame(String task, long sequence, String json) {
        return "data: {\"task\":\"" + task + "\",\"id\":\"" + EPOCH + "-" + sequence + "\",\"data\":" + json + "}\n\n";
    }

    private static String position(long a, long b) {
        return "id: a:" + EPOCH + "-" + a + ",b:" + EPOCH + "-" + b + "\n\n";
    }

    private static List<String> events(String stream) {
        return stream.lines().filter(line -> line.startsWith("data: {\"task\"")).toList();
    }

    private static String lastPosition(String stream) {
        return stream.lines().filter(line -> line.startsWith("id: ")).reduce("", (before, line) -> line.substring(4));
    }
}
