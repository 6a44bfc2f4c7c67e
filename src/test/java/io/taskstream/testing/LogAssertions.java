package io.taskstream.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.TaskId;
import java.util.List;
import java.util.stream.Stream;

/** Invariants of a log after any fault. */
public final class LogAssertions {

    private LogAssertions() {}

    /** Each acknowledged event is at its sequence, and no published event is there twice. */
    public static void assertAllThere(EventLog log, Publisher publisher) {
        List<String> data =
                events(log, publisher.task()).stream().map(LogAssertions::data).toList();
        assertThat(publisher.acknowledged())
                .allSatisfy(
                        each -> assertThat(data.get((int) each.sequence() - 1)).isEqualTo("" + each.number()));
        assertThat(data.stream().filter(each -> !each.startsWith("\""))).doesNotHaveDuplicates();
    }

    /** The viewer gets the content of the log, in order, once, and was never told that the log is gone. */
    public static void assertSawAll(EventLog log, FollowingViewer viewer) {
        List<String> expected = events(log, viewer.task()).stream()
                .flatMap(event -> Stream.of("id: " + event.id(), "data: " + data(event)))
                .toList();
        Stages.await("all seen", () -> viewer.lines().size() >= expected.size() || viewer.isGone());
        assertThat(viewer.isGone()).isFalse();
        assertThat(viewer.lines()).isEqualTo(expected);
    }

    private static List<StoredEvent> events(EventLog log, TaskId task) {
        return log.history(task, 0, 1_000_000);
    }

    private static String data(StoredEvent event) {
        return new String(event.data(), UTF_8);
    }
}
