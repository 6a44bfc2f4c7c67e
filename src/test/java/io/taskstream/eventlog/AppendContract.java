package io.taskstream.eventlog;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.client.TaskStatus;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every engine must do on an append. */
abstract class AppendContract extends TaskContract {

    @Test
    void anAppendAnswersItsLastEventAndCount() {
        TaskId id = create("a");
        assertThat(append(id, "1", "2", "3")).isEqualTo(new Appended(3, last(id).at(3)));
        assertThat(append(id, "4")).isEqualTo(new Appended(1, last(id).at(4)));
        assertThat(data(id)).containsExactly("1", "2", "3", "4");
    }

    @Test
    void theTraceOfABatchIsKeptWithItsEvents() {
        TaskId id = create("a");
        append(id, "1");
        appendTraced(id, "00-1-1-01", "2", "3");
        append(id, "4");
        appendTraced(id, "00-2-2-01", "5");
        assertThat(log.history(id, 0, 10))
                .extracting(StoredEvent::traceparent)
                .containsExactly(null, "00-1-1-01", "00-1-1-01", null, "00-2-2-01");
    }

    @Test
    void racingBatchesAreContiguousAndWhole() throws Exception {
        TaskId id = create("a");
        int batches = 10;
        List<List<Appended>> answers = inParallel(8, thread -> {
            List<Appended> own = new ArrayList<>();
            for (int i = 0; i < batches; i++) {
                String name = thread + "." + i;
                own.add(i % 2 == 0 ? append(id, quote(name)) : append(id, quote(name), quote(name)));
            }
            return own;
        });
        List<Appended> all = answers.stream()
                .flatMap(List::stream)
                .sorted((a, b) -> Long.compare(a.last().sequence(), b.last().sequence()))
                .toList();
        long reached = 0;
        for (Appended each : all) {
            reached += each.count();
            assertThat(each.last().sequence()).isEqualTo(reached);
        }
        assertThat(reached).isEqualTo(8 * 15).isEqualTo(last(id).sequence());
        for (List<Appended> own : answers) {
            assertThat(own)
                    .isSortedAccordingTo(
                            (a, b) -> Long.compare(a.last().sequence(), b.last().sequence()));
        }
        List<String> newest = data(id);
        for (int i = 1; i < newest.size() - 1; i++) {
            boolean isPair = Integer.parseInt(newest.get(i).replaceAll(".*[.]|\"", "")) % 2 == 1;
            boolean hasNeighbour =
                    newest.get(i).equals(newest.get(i - 1)) || newest.get(i).equals(newest.get(i + 1));
            assertThat(hasNeighbour).as("event %d of %s", i, newest).isEqualTo(isPair);
        }
    }

    @Test
    void appendsThatAreNotWaitedForKeepTheirOrder() {
        TaskId id = create("a");
        List<Appended> answers =
                IntStream.range(0, 50)
                        .mapToObj(i -> log.append(id, Events.batch(Integer.toString(i))))
                        .toList()
                        .stream()
                        .map(stage -> join(stage))
                        .toList();
        assertThat(answers).extracting(each -> each.last().sequence()).isSorted();
        assertThat(data(id))
                .isEqualTo(IntStream.range(0, 50).mapToObj(Integer::toString).toList());
    }

    @Test
    void whatIsAcknowledgedCanBeRead() throws Exception {
        List<Boolean> found = inParallel(4, thread -> {
            TaskId id = create("t" + thread);
            boolean all = true;
            for (int i = 1; i <= 20; i++) {
                long sequence = append(id, Integer.toString(i)).last().sequence();
                all &= join(log.read(id, sequence - 1, PAGE)).last() == sequence;
                all &= last(id).sequence() == sequence;
            }
            return all;
        });
        assertThat(found).containsOnly(true);
    }

    @Test
    void theLastEventCanBeExpected() {
        TaskId id = create("a");
        EventId none = last(id);
        EventId first = appendIf(id, none, null, "1").last();
        assertThatThrownBy(() -> appendIf(id, none, null, "2")).isInstanceOf(EventLogException.UnexpectedLast.class);
        assertThatThrownBy(() -> appendIf(id, first.at(2), null, "2"))
                .isInstanceOf(EventLogException.UnexpectedLast.class);
        assertThat(appendIf(id, first, null, "2").last()).isEqualTo(first.at(2));
        assertThat(data(id)).containsExactly("1", "2");
    }

    @Test
    void ofThoseWhoExpectTheSameLastEventOneWins() throws Exception {
        TaskId id = create("a");
        for (int round = 0; round < 5; round++) {
            EventId last = last(id);
            List<Boolean> won = inParallel(8, i -> {
                try {
                    appendIf(id, last, null, Integer.toString(i), "null");
                    return true;
                } catch (EventLogException.UnexpectedLast e) {
                    return false;
                }
            });
            assertThat(won).containsOnlyOnce(true);
            assertThat(last(id)).isEqualTo(last.at(last.sequence() + 2));
        }
    }

    @Test
    void aTerminalEventFinishesTheTask() {
        TaskId id = create("a");
        append(id, "1");
        time.advance(Duration.ofSeconds(5));
        append(id, "2", "{\"type\":\"done\",\"status\":\"failed\"}");
        Task task = log.find(id).orElseThrow().task();
        assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(task.finished()).isNotNull();
        assertThatThrownBy(() -> append(id, "3")).isInstanceOf(EventLogException.TaskFinished.class);
        assertThat(last(id).sequence()).isEqualTo(3);
    }

    @Test
    void oneTerminalEventIsEnough() throws Exception {
        TaskId id = create("a");
        List<Boolean> ended = inParallel(8, i -> {
            try {
                append(id, DONE);
                return true;
            } catch (EventLogException.TaskFinished e) {
                return false;
            }
        });
        assertThat(ended).containsOnlyOnce(true);
        assertThat(data(id)).containsExactly(DONE);
    }

    // Idempotency

    @Test
    void aRepeatedKeyAnswersAsTheFirstAndAppendsNothing() {
        TaskId id = create("a");
        Appended first = appendIf(id, null, "k1", "1", "2");
        append(id, "3");
        assertThat(appendIf(id, null, "k1", "1", "2")).isEqualTo(first);
        assertThat(appendIf(id, null, "k2", "4").last()).isEqualTo(first.last().at(4));
        assertThat(data(id)).containsExactly("1", "2", "3", "4");
    }

    @Test
    void aRepeatAnswersAsTheFirstWhateverItExpects() {
        TaskId id = create("a");
        EventId none = last(id);
        Appended first = appendIf(id, none, "k1", "1");
        assertThat(appendIf(id, none, "k1", "1")).isEqualTo(first);
        assertThat(data(id)).containsExactly("1");
    }

    @Test
    void aRepeatAnswersAsTheFirstWhenTheTaskIsFinished() {
        TaskId id = create("a");
        Appended first = appendIf(id, null, "k1", "1", DONE);
        assertThat(appendIf(id, null, "k1", "1", DONE)).isEqualTo(first);
        assertThatThrownBy(() -> appendIf(id, null, "k2", "2")).isInstanceOf(EventLogException.TaskFinished.class);
    }

    @Test
    void aKeyThatComesWithOtherEventsIsRefused() {
        TaskId id = create("a");
        Appended first = appendIf(id, null, "k1", "1", "2");
        for (String[] other : new String[][] {{"1"}, {"1", "3"}, {"12"}, {"1", "2", "3"}, {"2", "1"}, {"1", DONE}}) {
            assertThatThrownBy(() -> appendIf(id, null, "k1", other))
                    .as(String.join(",", other))
                    .isInstanceOf(EventLogException.KeyReused.class);
        }
        assertThat(appendIf(id, null, "k1", "1", "2")).isEqualTo(first);
        assertThat(data(id)).containsExactly("1", "2");

        append(id, DONE);
        assertThatThrownBy(() -> appendIf(id, null, "k1", "3")).isInstanceOf(EventLogException.KeyReused.class);
    }

    @Test
    void ofThoseWhoRaceWithOneKeyOneAppends() throws Exception {
        TaskId id = create("a");
        for (int round = 1; round <= 5; round++) {
            String key = "k" + round;
            List<Appended> answers = inParallel(8, i -> appendIf(id, null, key, "1", "null"));
            assertThat(answers).containsOnly(new Appended(2, last(id).at(round * 2L)));
        }
        assertThat(data(id)).hasSize(10);
    }

    @Test
    void ofThoseWhoRaceWithOneKeyAndOtherEventsTheOthersAreRefused() throws Exception {
        TaskId id = create("a");
        for (int round = 1; round <= 5; round++) {
            String key = "k" + round;
            List<Boolean> appended = inParallel(8, i -> {
                try {
                    appendIf(id, null, key, Integer.toString(i), "null");
                    return true;
                } catch (EventLogException.KeyReused e) {
                    return false;
                }
            });
            assertThat(appended).containsOnlyOnce(true);
        }
        assertThat(data(id)).hasSize(10);
    }

    @Test
    void aRefusedBatchLeavesNoKey() {
        TaskId id = create("a");
        EventId none = last(id);
        append(id, "1");
        assertThatThrownBy(() -> appendIf(id, none, "k1", "2")).isInstanceOf(EventLogException.UnexpectedLast.class);
        assertThat(appendIf(id, null, "k1", "2").last().sequence()).isEqualTo(2);
    }

    @Test
    void keysOfOneTaskAreNothingToAnother() {
        appendIf(create("a"), null, "k1", "1");
        appendIf(create("b"), null, "k1", "2");
        assertThat(data(id("b"))).containsExactly("2");
    }

    @Test
    void aKeyIsForgottenAfterItsTime() {
        TaskId id = create("a");
        appendIf(id, null, "k1", "1");
        if (advance(KEYS.plusSeconds(2))) {
            trim(log);
            assertThat(appendIf(id, null, "k1", "2").last().sequence()).isEqualTo(2);
        }
    }
}
