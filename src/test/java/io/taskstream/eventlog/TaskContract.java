package io.taskstream.eventlog;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.client.TaskStatus;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every engine must do with tasks. */
abstract class TaskContract extends EngineFixture {

    @Test
    void aCreatedTaskIsFoundWithAnEmptyLog() {
        Task task = Task.open(id("a"), "Ä title", Map.of("run", unique, "k", "v"), time.instant());
        log.create(task);
        LogState state = log.find(task.id()).orElseThrow();
        assertThat(state.task()).isEqualTo(task);
        assertThat(state.last().sequence()).isZero();
        assertThat(state.oldest()).isEqualTo(1);
        assertThat(state.events()).isZero();
    }

    @Test
    void aTaskWithoutATitleIsKeptSo() {
        log.create(Task.open(id("a"), null, Map.of(), time.instant()));
        assertThat(log.find(id("a")).orElseThrow().task().title()).isNull();
    }

    @Test
    void anIdIsTakenOnlyOnce() {
        TaskId id = create("a");
        append(id, "1");
        EventId last = last(id);
        assertThat(log.create(Task.open(id, "Other", Map.of(), time.instant()))).isFalse();
        assertThat(log.find(id).orElseThrow().task().title()).isEqualTo("Task a");
        assertThat(last(id)).isEqualTo(last);
    }

    @Test
    void ofThoseWhoRaceToCreateATaskOneDoes() throws Exception {
        List<Boolean> created = inParallel(8, i -> log.create(Task.open(id("a"), "By " + i, Map.of(), time.instant())));
        assertThat(created).containsOnlyOnce(true);
    }

    @Test
    void aTaskThatIsNotThereIsNotFound() {
        assertThat(log.find(id("a"))).isEmpty();
        assertThat(log.delete(id("a"))).isFalse();
        assertThatThrownBy(() -> append(id("a"), "1")).isInstanceOf(EventLogException.NoSuchTask.class);
        assertThatThrownBy(() -> join(log.read(id("a"), 0, PAGE))).isInstanceOf(EventLogException.NoSuchTask.class);
        assertThatThrownBy(() -> log.history(id("a"), 0, 1)).isInstanceOf(EventLogException.NoSuchTask.class);
    }

    @Test
    void tasksAreListedNewestFirst() {
        TaskId first = create("z");
        TaskId second = create("a");
        TaskId third = create("m");
        assertThat(list(ofThisTest(null, 10, null))).containsExactly(third, second, first);
    }

    @Test
    void aListGoesOnBehindATask() {
        List<TaskId> created =
                IntStream.range(0, 7).mapToObj(i -> create("t" + i)).toList();
        assertThat(list(ofThisTest(null, 3, null))).containsExactly(created.get(6), created.get(5), created.get(4));
        assertThat(list(ofThisTest(null, 3, created.get(4))))
                .containsExactly(created.get(3), created.get(2), created.get(1));
        assertThat(list(ofThisTest(null, 3, created.get(1)))).containsExactly(created.get(0));
        assertThat(list(ofThisTest(null, 3, created.get(0)))).isEmpty();
    }

    @Test
    void aListCanNotGoOnBehindATaskThatIsGone() {
        create("a");
        assertThatThrownBy(() -> list(ofThisTest(null, 3, id("gone"))))
                .isInstanceOf(EventLogException.NoSuchTask.class);
    }

    @Test
    void aListIsFilteredByStatusAndByAllLabels() {
        TaskId open = create("open", Map.of("run", unique, "k", "1", "l", "2"));
        TaskId other = create("other", Map.of("run", unique, "k", "1"));
        TaskId completed = create("completed");
        append(completed, DONE);
        assertThat(list(ofThisTest(TaskStatus.COMPLETED, 10, null))).containsExactly(completed);
        assertThat(list(ofThisTest(TaskStatus.OPEN, 10, null))).containsExactly(other, open);
        assertThat(list(ofThisTest(TaskStatus.FAILED, 10, null))).isEmpty();
        assertThat(list(new TaskQuery(null, Map.of("run", unique, "k", "1", "l", "2"), 10, null)))
                .containsExactly(open);
        assertThat(list(new TaskQuery(TaskStatus.OPEN, Map.of("run", unique, "k", "1"), 1, other)))
                .containsExactly(open);
    }

    @Test
    void aDeletedTaskIsGoneEverywhere() {
        TaskId id = create("a");
        append(id, "1");
        assertThat(log.delete(id)).isTrue();
        assertThat(log.delete(id)).isFalse();
        assertThat(log.find(id)).isEmpty();
        assertThat(list(ofThisTest(null, 10, null))).isEmpty();
        assertThatThrownBy(() -> append(id, "2")).isInstanceOf(EventLogException.NoSuchTask.class);
        assertThatThrownBy(() -> join(log.read(id, 0, PAGE))).isInstanceOf(EventLogException.NoSuchTask.class);
    }

    @Test
    void aTaskCreatedAnewHasAnotherEpochAndNothingOfTheOld() {
        TaskId id = create("a");
        EventId old = appendIf(id, null, "key", "1", "2").last();
        log.delete(id);
        create("a");
        assertThat(last(id).epoch()).isNotEqualTo(old.epoch());
        assertThat(data(id)).isEmpty();
        assertThatThrownBy(() -> appendIf(id, old, null, "3")).isInstanceOf(EventLogException.UnexpectedLast.class);
        assertThat(appendIf(id, null, "key", "3").last()).isEqualTo(last(id).at(1));
        assertThat(EventId.parse(last(id).toString())).contains(last(id));
    }
}
