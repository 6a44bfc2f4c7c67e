package io.taskstream.eventlog.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandLimiterTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final CommandLimiter turns =
            new CommandLimiter(3, new RedisConfig.Threads(executor, new ManualScheduler(), () -> 0L));
    private final List<CompletableFuture<Integer>> sent = new ArrayList<>();

    private CompletionStage<Integer> take(String node) {
        return turns.submit(node, () -> {
            sent.add(new CompletableFuture<>());
            return sent.get(sent.size() - 1);
        });
    }

    @Test
    void aNodeHasSoManyAtOnceAndTheNextWhenAnAnswerHasBeenDealtWith() {
        IntStream.range(0, 10).forEach(i -> take("a"));
        assertThat(sent).hasSize(3);
        sent.get(1).complete(1);
        assertThat(sent).as("nobody has dealt with the answer").hasSize(3);
        executor.runAll();
        assertThat(sent).hasSize(4);
    }

    @Test
    void oneNodeThatDoesNotAnswerHoldsUpNoOther() {
        IntStream.range(0, 10).forEach(i -> take("a"));
        CompletionStage<Integer> other = take("b");
        assertThat(sent).hasSize(4);
        sent.get(3).complete(7);
        executor.runAll();
        assertThat(other.toCompletableFuture()).isCompletedWithValue(7);
    }

    @Test
    void whatDependsOnAnAnswerIsRunByTheExecutor() {
        CompletionStage<Integer> stage = take("a").thenApply(value -> value + 1);
        sent.get(0).complete(1);
        assertThat(stage.toCompletableFuture()).isNotDone();
        executor.runAll();
        assertThat(stage.toCompletableFuture()).isCompletedWithValue(2);
    }

    @Test
    void whatDependsOnAnAnswerIsRunByTheExecutorThoughTheAnswerIsThereAtOnce() {
        CompletionStage<Integer> stage = turns.submit(
                "a", () -> CompletableFuture.completedStage(1), answer -> answer.thenApply(value -> value + 1));
        assertThat(stage.toCompletableFuture()).isNotDone();
        executor.runAll();
        assertThat(stage.toCompletableFuture()).isCompletedWithValue(2);
    }

    @Test
    void aCommandThatCantBeSentFailsAndTheNextIsSent() {
        CompletionStage<Integer> failed = turns.submit("a", () -> {
            throw new LinkageError("This command fails");
        });
        executor.runAll();
        assertThat(failed.toCompletableFuture()).isCompletedExceptionally();
        IntStream.range(0, 4).forEach(i -> take("a"));
        assertThat(sent).hasSize(3);
    }

    @Test
    void thousandsThatFailAtOnceDontNest() {
        var direct = new CommandLimiter(1, new RedisConfig.Threads(Runnable::run, new ManualScheduler(), () -> 0L));
        var held = new CompletableFuture<Integer>();
        direct.submit("a", () -> held);
        var failures = new AtomicInteger();
        var failure = new IllegalStateException("No");
        for (int i = 0; i < 20_000; i++) {
            direct.<Integer>submit("a", () -> CompletableFuture.failedStage(failure))
                    .whenComplete((value, error) -> failures.incrementAndGet());
        }
        held.complete(1);
        assertThat(failures).hasValue(20_000);
    }

    @Test
    void underManyThreadsNoneIsLostAndNeverAreThereMore() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            var many = new CommandLimiter(3, new RedisConfig.Threads(pool, new ManualScheduler(), () -> 0L));
            var underWay = new AtomicInteger();
            var tooMany = new AtomicInteger();
            var all = new CountDownLatch(40_000);
            for (int thread = 0; thread < 4; thread++) {
                pool.execute(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        // Added afterwards, the dependent could run after the reply's turn has ended.
                        many.<Integer, CompletionStage<Integer>>submit(
                                "a",
                                () -> {
                                    if (underWay.incrementAndGet() > 3) {
                                        tooMany.incrementAndGet();
                                    }
                                    return CompletableFuture.completedStage(1);
                                },
                                reply -> reply.whenComplete((value, failure) -> {
                                    underWay.decrementAndGet();
                                    all.countDown();
                                }));
                    }
                });
            }
            assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(tooMany).hasValue(0);
        } finally {
            pool.shutdownNow();
        }
    }
}
