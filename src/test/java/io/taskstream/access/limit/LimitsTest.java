package io.taskstream.access.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.access.Grant;
import io.taskstream.access.LimitException;
import io.taskstream.access.Permissions;
import io.taskstream.access.RefusedException;
import io.taskstream.access.Sessions;
import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final TaskId TASK = new TaskId("task");
    private static final TaskId OTHER = new TaskId("other");
    private static final Grant ANN = new Grant("ann", "a", Permissions.ALL, Instant.MAX);
    private static final Grant BOB = new Grant("bob", "b", Permissions.ALL, Instant.MAX);

    private final SettableTime time = new SettableTime();

    @Test
    void aBucketLetsABurstOfOneSecondThrough() {
        var bucket = new TokenBucket(10, 0);

        bucket.take(9, 0);
        assertThat(bucket.delay(0)).isZero();
        bucket.take(1, 0);
        assertThat(bucket.delay(0)).isEqualTo(100_000_000L);
        assertThat(bucket.delay(100_000_000L)).isZero();
        assertThat(bucket.isFull(1_000_000_000L)).isTrue();
    }

    @Test
    void aLargeBatchPassesAndIsWaitedOut() {
        var bucket = new TokenBucket(10, 0);

        bucket.take(1_000, 0);
        assertThat(bucket.delay(0)).isEqualTo(99_100_000_000L);
    }

    @Test
    void aBucketNeverHoldsMoreThanABurst() {
        var bucket = new TokenBucket(10, 0);

        bucket.take(10, 1_000_000_000_000L);
        assertThat(bucket.delay(1_000_000_000_000L)).isPositive();
    }

    @Test
    void tasksAndProducersHaveRatesOfTheirOwn() {
        var rates = new EventRates(10, 15, time::nanos);

        assertThat(rates.spend(TASK, ANN, 9)).isZero();
        assertThat(rates.spend(TASK, BOB, 5)).as("the task's").isPositive();
        assertThat(rates.spend(OTHER, ANN, 5)).isZero();
        assertThat(rates.spend(OTHER, ANN, 3)).as("ann's").isPositive();
        assertThatThrownBy(() -> rates.check(OTHER, ANN))
                .isInstanceOfSatisfying(
                        LimitException.class,
                        limit -> assertThat(limit.retrySeconds()).isEqualTo(1));
        time.advance(Duration.ofSeconds(1));
        rates.check(OTHER, ANN);
    }

    @Test
    void aBatchThatOthersWouldWaitForLongerThanAMinuteIsRefused() {
        var rates = new EventRates(10, 15, time::nanos);

        assertThatThrownBy(() -> rates.take(TASK, ANN, 601))
                .isInstanceOf(BatchTooLargeException.class)
                .hasMessageContaining("600");
        rates.take(TASK, ANN, 600);
        assertThat(rates.spend(TASK, BOB, 0)).isEqualTo(59_100_000_000L);
    }

    @Test
    void whatIsTakenWhileThereIsDebtIsRefusedAndNotCounted() {
        var rates = new EventRates(10, 15, time::nanos);

        rates.take(TASK, ANN, 20);
        assertThatThrownBy(() -> rates.take(OTHER, ANN, 9)).as("ann's").isInstanceOf(LimitException.class);
        assertThat(rates.spend(OTHER, BOB, 9)).as("not counted for the task").isZero();
        assertThatThrownBy(() -> rates.take(TASK, BOB, 5)).as("the task's").isInstanceOf(LimitException.class);
        assertThat(rates.spend(OTHER, BOB, 0)).as("not counted for bob").isZero();
        time.advance(Duration.ofSeconds(2));
        rates.take(TASK, ANN, 1);
    }

    @Test
    void aPermitIsLookedAtAgainWhenItsEventsHaveCome() {
        var sessions = new Sessions(Duration.ofDays(1), time, entry -> false);
        var rates = new EventRates(10, 0, time::nanos);
        var first = new PublishPermit(TASK, ANN, sessions, rates, time);
        var second = new PublishPermit(TASK, BOB, sessions, rates, time);
        rates.check(TASK, ANN);
        rates.check(TASK, BOB);

        first.take(10);
        assertThatThrownBy(() -> second.take(10)).isInstanceOf(LimitException.class);
        time.advance(Duration.ofSeconds(1));
        sessions.end("b");
        assertThatThrownBy(() -> second.take(10)).isInstanceOf(RefusedException.class);
        first.take(10);
    }

    @Test
    void withoutALimitNothingIsCounted() {
        var rates = new EventRates(0, 0, time::nanos);

        assertThat(rates.spend(TASK, ANN, 1_000_000)).isZero();
        assertThat(rates.spend(TASK, ANN, 1_000_000)).isZero();
    }

    @Test
    void viewersAreCountedForEachLimit() {
        var quotas = new ViewerQuotas(new ViewerQuotas.Limits(4, 3, 2, 3));

        Runnable first = quotas.admit(TASK, 0, ANN, "192.0.2.1");
        quotas.admit(TASK, 0, ANN, "192.0.2.1");
        assertFull(quotas, OTHER, ANN, "192.0.2.2", "You have");
        quotas.admit(TASK, 0, BOB, "192.0.2.1");
        assertFull(quotas, TASK, BOB, "192.0.2.2", "The task");
        assertFull(quotas, OTHER, BOB, "192.0.2.1", "Your address");
        quotas.admit(OTHER, 0, BOB, "192.0.2.2");
        assertFull(quotas, OTHER, new Grant("eve", "e", Permissions.ALL, Instant.MAX), "192.0.2.3", "The server");

        first.run();
        first.run();
        quotas.admit(OTHER, 0, ANN, "192.0.2.2");
        assertFull(quotas, OTHER, ANN, "192.0.2.4", "The server");
    }

    @Test
    void aViewerOfSeveralTasksIsOneOfItsSubjectAndOneOfEachTask() {
        var quotas = new ViewerQuotas(new ViewerQuotas.Limits(0, 1, 1, 0));

        Runnable connection = quotas.admit(ANN, "192.0.2.1");
        Runnable ofTask = quotas.admit(TASK, 0);
        quotas.admit(OTHER, 0);
        assertThatThrownBy(() -> quotas.admit(TASK, 0)).isInstanceOf(LimitException.class);
        assertThatThrownBy(() -> quotas.admit(ANN, "192.0.2.1")).isInstanceOf(LimitException.class);
        ofTask.run();
        Runnable ofLabel = quotas.count(TASK);
        quotas.count(TASK);
        assertFull(quotas, TASK, BOB, "192.0.2.2", "The task");
        ofLabel.run();
        connection.run();
        quotas.admit(ANN, "192.0.2.1");
        assertFull(quotas, TASK, BOB, "192.0.2.2", "The task");
    }

    @Test
    void viewersOnOtherServersCountForTheTask() {
        var quotas = new ViewerQuotas(new ViewerQuotas.Limits(3, 3, 0, 0));

        quotas.admit(TASK, 2, ANN, "192.0.2.1");
        assertThatThrownBy(() -> quotas.admit(TASK, 2, BOB, "192.0.2.2"))
                .isInstanceOf(LimitException.class)
                .hasMessageStartingWith("The task");
        quotas.admit(TASK, 1, BOB, "192.0.2.2");
    }

    @Test
    void aNetworkOfIpv6IsOneAddress() {
        var quotas = new ViewerQuotas(new ViewerQuotas.Limits(0, 0, 0, 1));

        quotas.admit(TASK, 0, ANN, "2001:db8::1");
        assertFull(quotas, TASK, ANN, "2001:db8::2", "Your address");
        quotas.admit(TASK, 0, ANN, "2001:db8:0:1::1");
    }

    @Test
    void anybodyHasNoLimitPerSubject() {
        var quotas = new ViewerQuotas(new ViewerQuotas.Limits(0, 0, 1, 0));

        quotas.admit(TASK, 0, Grant.UNRESTRICTED, "192.0.2.1");
        quotas.admit(TASK, 0, Grant.UNRESTRICTED, "192.0.2.1");
    }

    private static void assertFull(ViewerQuotas quotas, TaskId task, Grant grant, String address, String words) {
        assertThatThrownBy(() -> quotas.admit(task, 0, grant, address))
                .isInstanceOf(LimitException.class)
                .hasMessageStartingWith(words);
    }

    @Test
    void openTasksAreCountedUntilTheyAreFinished() {
        Set<TaskId> finished = new HashSet<>();
        var tasks = new OpenTasks(2, id -> !finished.contains(id), time::nanos);

        assertThat(tasks.add(new TaskId("1"), ANN)).isTrue();
        assertThat(tasks.add(new TaskId("2"), ANN)).isTrue();
        assertThat(tasks.add(new TaskId("2"), ANN)).isFalse();
        assertThatThrownBy(() -> tasks.add(new TaskId("3"), ANN)).isInstanceOf(LimitException.class);
        assertThat(tasks.add(new TaskId("3"), BOB)).isTrue();

        finished.add(new TaskId("1"));
        assertThatThrownBy(() -> tasks.add(new TaskId("3"), ANN))
                .as("not looked yet")
                .isInstanceOf(LimitException.class);
        time.advance(Duration.ofSeconds(1));
        assertThat(tasks.add(new TaskId("3"), ANN)).isTrue();
        tasks.remove(new TaskId("3"), ANN);
        assertThat(tasks.add(new TaskId("4"), ANN)).isTrue();
    }

    @Test
    void aSubjectWhoseTasksAreFinishedIsForgotten() {
        Set<TaskId> open = new HashSet<>();
        var tasks = new OpenTasks(2, open::contains, time::nanos);
        for (int i = 0; i < 1_000; i++) {
            var task = new TaskId("task-" + i);
            open.clear();
            open.add(task);
            tasks.add(task, new Grant("subject " + i, "s", Permissions.ALL, Instant.MAX));
            time.advance(Duration.ofMinutes(1));
        }
        assertThat(tasks.subjects()).isLessThan(5);
    }
}
