package io.taskstream.eventlog;

import static io.taskstream.testing.Samples.DONE;
import static io.taskstream.testing.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.client.TaskStatus;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Samples;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchTest {

    @Test
    void holdsAtLeastOneEvent() {
        assertThatExceptionOfType(InvalidItemException.class).isThrownBy(() -> Samples.batch());
    }

    @Test
    void onlyItsLastEventMayEndTheTask() {
        assertThat(Samples.batch("1", "2").end()).isNull();
        assertThat(Samples.batch("1", DONE).end()).isEqualTo(TaskStatus.COMPLETED);
        assertThatExceptionOfType(InvalidItemException.class).isThrownBy(() -> Samples.batch(DONE, "1"));
        assertThatExceptionOfType(InvalidItemException.class).isThrownBy(() -> Samples.batch(DONE, DONE));
    }

    @Test
    void theFingerprintIsThatOfItsEvents() {
        assertThat(Samples.batch("1").fingerprint()).as("without a key").isNull();
        assertThat(fingerprint("1", "2")).hasSize(22).isEqualTo(fingerprint("1", "2"));
        assertThat(List.of(
                        fingerprint("1", "2"),
                        fingerprint("2", "1"),
                        fingerprint("12"),
                        fingerprint("1", "2", "3"),
                        fingerprint("[1,2]")))
                .doesNotHaveDuplicates();
    }

    private static String fingerprint(String... json) {
        return Objects.requireNonNull(new Batch(Samples.batch(json).events(), null, "key").fingerprint());
    }

    @Test
    void aQueryMatchesByStatusAndByAllOfItsLabels() {
        Task task = Task.open(new TaskId("t"), null, Map.of("a", "1", "b", "2"), NOON);
        assertThat(query(null, Map.of()).matches(task)).isTrue();
        assertThat(query(TaskStatus.OPEN, Map.of("a", "1", "b", "2")).matches(task))
                .isTrue();
        assertThat(query(TaskStatus.FAILED, Map.of()).matches(task)).isFalse();
        assertThat(query(null, Map.of("a", "1", "b", "3")).matches(task)).isFalse();
        assertThat(query(null, Map.of("c", "")).matches(task)).isFalse();
    }

    private static TaskQuery query(@Nullable TaskStatus status, Map<String, String> labels) {
        return new TaskQuery(status, labels, 10, null);
    }
}
