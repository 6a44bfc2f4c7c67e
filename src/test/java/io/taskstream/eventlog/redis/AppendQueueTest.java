package io.taskstream.eventlog.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When appends are refused, with manual time: they are tried for five seconds, and two more for a command. */
class AppendQueueTest {

    private static final TaskId TASK = new TaskId("task");

    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ManualExecutor executor = new ManualExecutor();
    private final RedisLink link = new RedisLink(RedisClient.create(), () -> {
        throw new IllegalStateException("Redis is down");
    });
    private final RedisHealthCheck health = new RedisHealthCheck(link, executor);
    private final AppendQueue appends = new AppendQueue(
            this::call,
            health,
            RedisConfig.Timeouts.usual(),
            new RedisConfig.Threads(executor, scheduler, ticker::nanos));
    private final List<AppendScript.Call> calls = new ArrayList<>();
    private final List<CompletableFuture<String>> answers = new ArrayList<>();
    private final long began = ticker.nanos();

    private CompletionStage<String> call(AppendScript.Call call) {
        calls.add(call);
        answers.add(new CompletableFuture<>());
        return answers.get(answers.size() - 1);
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Test
    void whileRedisIsDownEachIsRefusedFiveSecondsAfterItCame() {
        health.connect();
        CompletableFuture<Appended> first = append("1");
        passTo(100);
        CompletableFuture<Appended> second = append("2");
        passTo(4_900);
        CompletableFuture<Appended> third = append("3");
        passTo(5_400);
        assertRefused(first);
        assertRefused(second);
        assertThat(third).isNotDone();
        passTo(9_800);
        assertThat(third).isNotDone();
        passTo(10_300);
        assertRefused(third);
        assertThat(calls).isEmpty();
    }

    @Test
    void whileRedisHangsEachIsRefusedAtMostACommandLater() {
        CompletableFuture<Appended> first = append("1");
        passTo(100);
        CompletableFuture<Appended> second = append("2");
        passTo(4_900);
        CompletableFuture<Appended> third = append("3");
        // Not one command comes back, not even as timed out.
        passTo(5_400);
        assertThat(first).isNotDone();
        assertRefused(second);
        passTo(7_400);
        assertRefused(first);
        assertThat(third).isNotDone();
        passTo(10_300);
        assertRefused(third);
    }

    @Test
    void batchesThatWereSentTogetherAreRefusedOneByOne() {
        var unused = append("0");
        CompletableFuture<Appended> first = append("1");
        passTo(4_000);
        CompletableFuture<Appended> second = append("2");
        answers.get(0).complete("e a:1:1");
        executor.runAll();
        assertThat(calls.get(1).batches()).hasSize(2);
        for (int i = 1; i < 20; i++) {
            answers.get(i).completeExceptionally(new RedisCommandTimeoutException("Too late"));
            passTo(4_000 + i * 100);
        }
        passTo(6_000);
        assertRefused(first);
        assertThat(second).isNotDone();
        assertThat(calls.get(calls.size() - 1).batches())
                .as("Redis may have got it, and must get the same again")
                .hasSize(2);
        answers.get(answers.size() - 1).complete("e a:1:2 a:1:3");
        executor.runAll();
        assertRefused(first);
        assertThat(second)
                .isCompletedWithValueMatching(appended -> appended.last().sequence() == 3);
    }

    @Test
    void whatIsRefusedBeforeItCouldBeSentIsNeverSent() {
        var unused = append("0");
        CompletableFuture<Appended> late = append("1");
        passTo(4_000);
        CompletableFuture<Appended> kept = append("2");
        health.connect();
        answers.get(0).complete("e a:1:1");
        passTo(6_000);
        assertRefused(late);
        assertThat(kept).isNotDone();
        assertThat(calls).hasSize(1);
    }

    @Test
    void anErrorOnTheWayToRedisIsToldAndTheNextIsSent() {
        List<AppendScript.Call> sent = new ArrayList<>();
        var failing = new AppendQueue(
                call -> {
                    sent.add(call);
                    if (sent.size() == 1) {
                        throw new LinkageError("This call fails");
                    }
                    return CompletableFuture.completedStage("e a:1:1");
                },
                health,
                RedisConfig.Timeouts.usual(),
                new RedisConfig.Threads(executor, scheduler, ticker::nanos));
        CompletableFuture<Appended> first =
                failing.append(TASK, Events.batch("1")).toCompletableFuture();
        CompletableFuture<Appended> second =
                failing.append(TASK, Events.batch("2")).toCompletableFuture();
        executor.runAll();
        assertRefused(first);
        assertThat(second).isCompleted();
    }

    @Test
    void anAnswerThatCantBeReadIsToldAndTheNextIsSent() {
        CompletableFuture<Appended> first = append("1");
        CompletableFuture<Appended> second = append("2");
        answers.get(0).complete("e a:x:y");
        executor.runAll();
        assertRefused(first);
        answers.get(1).complete("e a:1:1");
        executor.runAll();
        assertThat(second).isCompleted();
    }

    private CompletableFuture<Appended> append(String event) {
        return appends.append(TASK, Events.batch(event)).toCompletableFuture();
    }

    /** Moves the time to so many milliseconds after the beginning, a tenth of a second at a time. */
    private void passTo(long millis) {
        while (ticker.nanos() - began < Duration.ofMillis(millis).toNanos()) {
            ticker.advance(Duration.ofMillis(100));
            scheduler.runDelayed();
            appends.refuseLate();
            executor.runAll();
        }
    }

    private static void assertRefused(CompletableFuture<Appended> append) {
        assertThat(append)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(EventLogException.Unavailable.class);
    }
}
