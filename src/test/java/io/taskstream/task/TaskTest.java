package io.taskstream.task;

import static io.taskstream.testing.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskstream.client.TaskStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskTest {

    private static final TaskId ID = new TaskId("t");

    @Test
    void beginsOpenAndEndsOnce() {
        Task open = Task.open(ID, "A build", Map.of(), NOON);
        assertThat(open.status()).isEqualTo(TaskStatus.OPEN);
        assertThat(open.finished()).isNull();

        Task failed = open.finish(TaskStatus.FAILED, NOON.plusSeconds(5));
        assertThat(failed.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(failed.finished()).isEqualTo(NOON.plusSeconds(5));
        assertThat(failed.title()).isEqualTo("A build");
    }

    @Test
    void hasAnEndExactlyWhenItIsFinished() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Task(ID, null, Map.of(), NOON, TaskStatus.COMPLETED, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Task(ID, null, Map.of(), NOON, TaskStatus.OPEN, NOON));
    }

    @Test
    void aTitleHas1000CharactersAtMost() {
        assertThat(Task.open(ID, "x".repeat(1000), Map.of(), NOON).title()).hasSize(1000);
        assertRefused("title", "x".repeat(1001), Map.of());
    }

    @Test
    void labelsAreBounded() {
        assertThat(Task.open(ID, null, labels(64), NOON).labels()).hasSize(64);
        assertRefused("labels", null, labels(65));
        assertRefused("labels", null, Map.of("", "v"));
        assertRefused("labels", null, Map.of("a:b", "v"));
        assertRefused("labels", null, Map.of("k".repeat(257), "v"));
        assertRefused("labels", null, Map.of("k", "v".repeat(257)));
    }

    @Test
    void labelsDoNotChangeWithTheMapTheyCameFrom() {
        Map<String, String> labels = new HashMap<>(Map.of("k", "v"));
        Task task = Task.open(ID, null, labels, NOON);
        labels.clear();
        assertThat(task.hasLabel("k", "v")).isTrue();
    }

    @Test
    void aLabelMatchesByKeyAndValue() {
        Task task = Task.open(ID, null, Map.of("team", "blue", "empty", ""), NOON);
        assertThat(task.hasLabel("team", "blue")).isTrue();
        assertThat(task.hasLabel("empty", "")).isTrue();
        assertThat(task.hasLabel("team", "red")).isFalse();
        assertThat(task.hasLabel("blue", "team")).isFalse();
    }

    @Test
    void aStatusIsFoundByItsWireNameOnly() {
        assertThat(TaskStatus.ofWireName("cancelled")).contains(TaskStatus.CANCELLED);
        assertThat(TaskStatus.ofWireName("CANCELLED")).isEmpty();
        assertThat(TaskStatus.ofWireName("")).isEmpty();
    }

    private static Map<String, String> labels(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"));
    }

    private static void assertRefused(String member, @Nullable String title, Map<String, String> labels) {
        assertThatExceptionOfType(InvalidTaskException.class)
                .isThrownBy(() -> Task.open(ID, title, labels, NOON))
                .returns(member, InvalidTaskException::member);
    }
}
