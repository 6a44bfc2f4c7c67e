package io.taskstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FanOutTest {

    private final List<Integer> ran = new ArrayList<>();

    @Test
    void runsNothingOnTheThreadThatSubmits() {
        var executor = new ManualExecutor();
        new FanOut(executor, 1).submit(() -> ran.add(1));
        assertThat(ran).isEmpty();
        executor.runAll();
        assertThat(ran).containsExactly(1);
    }

    @Test
    void oneThreadGoesFromPassToPassInTheirOrder() {
        var executor = new ManualExecutor();
        var fanOut = new FanOut(executor, 1);
        for (int i = 1; i <= 5; i++) {
            int number = i;
            fanOut.submit(() -> ran.add(number));
        }
        assertThat(executor.waiting()).isEqualTo(1);
        executor.runOne();
        assertThat(ran).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void takesNoMoreThreadsThanItMay() {
        var executor = new ManualExecutor();
        var fanOut = new FanOut(executor, 3);
        for (int i = 0; i < 10; i++) {
            fanOut.submit(() -> ran.add(1));
        }
        assertThat(executor.waiting()).isEqualTo(3);
        executor.runAll();
        assertThat(ran).hasSize(10);
    }

    @Test
    void aPassThatFailsTakesNoOtherWithIt() {
        var executor = new ManualExecutor();
        var fanOut = new FanOut(executor, 1);
        fanOut.submit(() -> {
            throw new IllegalStateException("This pass fails");
        });
        fanOut.submit(() -> ran.add(2));
        executor.runAll();
        assertThat(ran).containsExactly(2);
    }

    @Test
    void aPassThatTheExecutorRefusesRunsWithTheNextThatItTakes() {
        var executor = new ManualExecutor();
        var refusing = new AtomicBoolean(true);
        var fanOut = new FanOut(
                work -> {
                    if (refusing.get()) {
                        throw new RejectedExecutionException("Full");
                    }
                    executor.execute(work);
                },
                1);
        fanOut.submit(() -> ran.add(1));
        refusing.set(false);
        fanOut.submit(() -> ran.add(2));
        executor.runAll();
        assertThat(ran).containsExactly(1, 2);
    }

    @Test
    void noPassIsLostWhenThreadsEndWhileOthersSubmit() throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        ExecutorService submitters = Executors.newFixedThreadPool(2);
        var fanOut = new FanOut(pool, 2);
        try {
            for (int round = 0; round < 2_000; round++) {
                var all = new CountDownLatch(4);
                for (int i = 0; i < 2; i++) {
                    submitters.execute(() -> {
                        fanOut.submit(all::countDown);
                        fanOut.submit(all::countDown);
                    });
                }
                assertThat(all.await(10, TimeUnit.SECONDS))
                        .as("round %d", round)
                        .isTrue();
            }
        } finally {
            pool.shutdownNow();
            submitters.shutdownNow();
        }
    }

    @Test
    void anErrorInAPassTakesNoOtherWithIt() {
        var executor = new ManualExecutor();
        var fanOut = new FanOut(executor, 1);
        fanOut.submit(() -> {
            throw new LinkageError("This pass fails");
        });
        fanOut.submit(() -> ran.add(2));
        executor.runAll();
        assertThat(ran).containsExactly(2);
    }

    @Test
    void aThreadThatCouldNotBeMadeDoesNotCountAsRunning() {
        var executor = new ManualExecutor();
        var failing = new AtomicBoolean(true);
        var fanOut = new FanOut(
                work -> {
                    if (failing.get()) {
                        throw new InternalError("unable to create native thread");
                    }
                    executor.execute(work);
                },
                1);
        fanOut.submit(() -> ran.add(1));
        failing.set(false);
        fanOut.submit(() -> ran.add(2));
        executor.runAll();
        assertThat(ran).containsExactly(1, 2);
    }

    @Test
    void thePassOfTheOnlyActiveTaskRunsSoonAfterTheExecutorHasRefusedIt() {
        var fixture = new StreamFixture();
        StreamFixture.Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.executor.refuseNext(() -> {
            throw new RejectedExecutionException("Full");
        });
        fixture.append("1");
        fixture.append("2");
        fixture.pass(Duration.ofSeconds(2));
        fixture.executor.runAll();
        assertThat(viewer.take()).isEqualTo(StreamFixture.frames(1, 2));
    }

    @Test
    void aPassIsTriedAgainUntilTheExecutorTakesIt() {
        var fixture = new StreamFixture();
        StreamFixture.Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        for (int i = 0; i < 5; i++) {
            fixture.executor.refuseNext(() -> {
                throw new InternalError("unable to create native thread");
            });
        }
        fixture.append(Samples.DONE);
        fixture.pass(Duration.ofSeconds(8));
        fixture.executor.runAll();
        assertThat(viewer.take()).isEqualTo(StreamFixture.frame(1, Samples.DONE));
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }
}
