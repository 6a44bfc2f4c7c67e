package io.taskstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SerialRunnerTest {

    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void runsOnceForOneRequest() {
        var runner = new SerialRunner(runs::incrementAndGet);
        runner.run();
        runner.run();
        assertThat(runs).hasValue(2);
    }

    @Test
    void runsOnceMoreForAllRequestsThatComeMeanwhile() {
        var self = new SerialRunner[1];
        self[0] = new SerialRunner(() -> {
            if (runs.incrementAndGet() == 1) {
                self[0].run();
                self[0].run();
                self[0].run();
            }
        });
        self[0].run();
        assertThat(runs).hasValue(2);
    }

    @Test
    void runsSomethingElseInPlaceOfTheWork() {
        var runner = new SerialRunner(runs::incrementAndGet);
        var others = new AtomicInteger();
        assertThat(runner.runIfIdle(others::incrementAndGet)).isTrue();
        assertThat(others).hasValue(1);
        assertThat(runs).hasValue(0);
    }

    @Test
    void aRequestWhileSomethingElseRunsIsServedAfterIt() {
        var runner = new SerialRunner(runs::incrementAndGet);
        runner.runIfIdle(() -> {
            runner.run();
            assertThat(runs).hasValue(0);
        });
        assertThat(runs).hasValue(1);
    }

    @Test
    void somethingElseIsNotRunWhileTheWorkIs() {
        var self = new SerialRunner[1];
        var others = new AtomicInteger();
        self[0] = new SerialRunner(
                () -> assertThat(self[0].runIfIdle(others::incrementAndGet)).isFalse());
        self[0].run();
        assertThat(others).hasValue(0);
    }

    @Test
    void underManyThreadsTheWorkIsAloneAndSeesAllThatCameBefore() throws Exception {
        var inside = new AtomicBoolean();
        var overlaps = new AtomicInteger();
        var written = new AtomicLong();
        var seen = new AtomicLong();
        Runnable work = () -> {
            if (!inside.compareAndSet(false, true)) {
                overlaps.incrementAndGet();
            }
            seen.set(written.get());
            inside.set(false);
        };
        var runner = new SerialRunner(work);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(pool.submit(() -> {
                    for (int k = 0; k < 50_000; k++) {
                        written.incrementAndGet();
                        if (k % 7 == 0) {
                            runner.runIfIdle(work);
                        }
                        runner.run();
                    }
                }));
            }
            for (Future<?> thread : threads) {
                thread.get(20, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(overlaps).hasValue(0);
        assertThat(seen).hasValue(200_000);
    }

    @Test
    void workThatThrowsRunsAgainForTheNextRequest() {
        var runner = new SerialRunner(() -> {
            if (runs.incrementAndGet() == 1) {
                throw new LinkageError("This run fails");
            }
        });
        assertThatThrownBy(runner::run).isInstanceOf(LinkageError.class);
        runner.run();
        assertThat(runs).hasValue(2);
    }

    @Test
    void aRequestWhileTheWorkThrowsIsServedAfterIt() {
        var self = new SerialRunner[1];
        self[0] = new SerialRunner(() -> {
            if (runs.incrementAndGet() == 1) {
                self[0].run();
                throw new IllegalStateException("This run fails");
            }
        });
        assertThatThrownBy(self[0]::run).hasMessage("This run fails");
        assertThat(runs).hasValue(2);
    }

    @Test
    void somethingElseThatThrowsLeavesTheWorkToBeRun() {
        var runner = new SerialRunner(runs::incrementAndGet);
        assertThatThrownBy(() -> runner.runIfIdle(() -> {
                    runner.run();
                    throw new LinkageError("This fails");
                }))
                .isInstanceOf(LinkageError.class);
        assertThat(runs).hasValue(1);
        runner.run();
        assertThat(runs).hasValue(2);
    }
}
