package io.taskstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HeartbeatsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final Heartbeats heartbeats = new Heartbeats(scheduler, ticker);

    @Test
    void aTimerNeverFiresEarlyAndIsLessThanASecondLate() {
        var random = new Random(5);
        List<Long> lateness = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            long due = ticker.nanos() + (long) (random.nextDouble() * 400 * SECOND);
            var timer = new Heartbeats.Timer[1];
            timer[0] = start(
                    now -> {
                        lateness.add(now - due);
                        timer[0].cancel();
                        return now + SECOND;
                    },
                    due);
        }
        sweepFor(Duration.ofSeconds(410));
        assertThat(lateness).hasSize(1_000).allSatisfy(late -> assertThat(late).isBetween(0L, SECOND - 1));
    }

    @Test
    void aTimerFiresAtTheIntervalsItAsksFor() {
        long begin = ticker.nanos();
        List<Long> seconds = new ArrayList<>();
        start(
                now -> {
                    seconds.add((now - begin) / SECOND);
                    return now + 30 * SECOND;
                },
                begin + 30 * SECOND);
        sweepFor(Duration.ofSeconds(95));
        assertThat(seconds).containsExactly(30L, 60L, 90L);
    }

    @Test
    void aTimeFarInTheFutureIsKept() {
        long begin = ticker.nanos();
        List<Long> seconds = new ArrayList<>();
        start(
                now -> {
                    seconds.add((now - begin) / SECOND);
                    return begin + Math.max(3_000 * SECOND, now - begin + 60 * SECOND);
                },
                begin + 3_000 * SECOND);
        sweepFor(Duration.ofSeconds(3_002));
        // It fires earlier, too, and is asked again for its time: the wheel is not as large as that.
        assertThat(seconds).hasSize(6).endsWith(3_000L);
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void afterALongPauseEveryTimerFiresOnce() {
        for (Duration pause : List.of(
                Duration.ofSeconds(100), Duration.ofSeconds(400), Duration.ofSeconds(512), Duration.ofHours(24))) {
            var fired = new AtomicInteger();
            List<Heartbeats.Timer> timers = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                timers.add(start(
                        now -> {
                            fired.incrementAndGet();
                            return now + 300 * SECOND;
                        },
                        ticker.nanos() + (i % 90 + 1) * SECOND));
            }
            ticker.advance(pause);
            scheduler.tick();
            assertThat(fired).as("timers fired after %s", pause).hasValue(2_000);
            timers.forEach(Heartbeats.Timer::cancel);
        }
    }

    @Test
    void anOverdueTimerFiresInTheNextSweep() {
        var fired = new AtomicInteger();
        start(now -> now + 30 * SECOND + fired.incrementAndGet(), ticker.nanos() - 5 * SECOND);
        scheduler.tick();
        sweepFor(Heartbeats.PERIOD);
        assertThat(fired).hasValue(1);
    }

    @Test
    void aTimerThatIsCancelledDoesNotFire() {
        var fired = new AtomicInteger();
        start(now -> now + fired.incrementAndGet(), ticker.nanos() + SECOND).cancel();
        sweepFor(Duration.ofSeconds(5));
        assertThat(fired).hasValue(0);
    }

    @Test
    void aTimerThatFailsDelaysNoOther() {
        var fired = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            int number = i;
            start(
                    now -> {
                        if (number % 2 == 0) {
                            throw new IllegalStateException("This timer fails");
                        }
                        fired.incrementAndGet();
                        return now + 10 * SECOND;
                    },
                    ticker.nanos() + 10 * SECOND);
        }
        sweepFor(Duration.ofSeconds(25));
        assertThat(fired).hasValue(10);
    }

    @Test
    void aSweepFiresOnlyTimersThatAreDue() {
        var fired = new AtomicInteger();
        for (int i = 0; i < 20_000; i++) {
            long first = ticker.nanos() + 30 * SECOND * i / 20_000 + SECOND;
            start(
                    now -> {
                        fired.incrementAndGet();
                        return now + 30 * SECOND;
                    },
                    first);
        }
        sweepFor(Duration.ofSeconds(31));
        assertThat(fired.getAndSet(0)).isBetween(20_000, 20_700);
        for (int i = 0; i < 60; i++) {
            sweepFor(Heartbeats.PERIOD);
            assertThat(fired.getAndSet(0)).as("timers fired in one sweep").isBetween(1, 700);
        }
    }

    @Test
    void closingEndsTheSweeps() {
        assertThat(scheduler.scheduled()).isEqualTo(1);
        heartbeats.close();
        assertThat(scheduler.scheduled()).isZero();
    }

    /** Threads start and cancel timers while others sweep: none is lost, and none fires after it was cancelled. */
    @Test
    void addingAndRemovingMayRaceWithSweeps() throws Exception {
        var ended = new AtomicBoolean();
        var fired = new AtomicLong();
        List<Heartbeats.Timer> stayed = new ArrayList<>();
        var firedOfThoseThatStay = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> adders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                long seed = i;
                adders.add(pool.submit(adder(seed, fired)));
            }
            Future<?> sweeps = pool.submit(() -> {
                while (!ended.get()) {
                    ticker.advance(Heartbeats.PERIOD);
                    scheduler.tick();
                }
            });
            for (int i = 0; i < 1_000; i++) {
                stayed.add(start(
                        now -> {
                            firedOfThoseThatStay.incrementAndGet();
                            return now + 3_600 * SECOND;
                        },
                        ticker.nanos() + i % 5 * SECOND));
            }
            for (Future<Void> adder : adders) {
                adder.get(20, TimeUnit.SECONDS);
            }
            ended.set(true);
            sweeps.get(20, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
        sweepFor(Duration.ofSeconds(10));
        assertThat(firedOfThoseThatStay).hasValueGreaterThanOrEqualTo(1_000);
        stayed.forEach(Heartbeats.Timer::cancel);
        long before = fired.get();
        sweepFor(Duration.ofMinutes(10));
        assertThat(fired).hasValue(before);
    }

    private Callable<Void> adder(long seed, AtomicLong fired) {
        return () -> {
            var random = new Random(seed);
            for (int i = 0; i < 10_000; i++) {
                Heartbeats.Timer timer = start(
                        now -> {
                            fired.incrementAndGet();
                            return now + random.nextInt(3) * SECOND;
                        },
                        ticker.nanos() + random.nextInt(3) * SECOND / 2);
                if (random.nextBoolean()) {
                    Thread.onSpinWait();
                }
                timer.cancel();
            }
            return null;
        };
    }

    private Heartbeats.Timer start(LongUnaryOperator work, long time) {
        var timer = new Heartbeats.Timer() {
            @Override
            long fire(long now) {
                return work.applyAsLong(now);
            }
        };
        heartbeats.start(timer, time);
        return timer;
    }

    private void sweepFor(Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(Heartbeats.PERIOD)) {
            ticker.advance(Heartbeats.PERIOD);
            scheduler.tick();
        }
    }

    @Test
    void anErrorInATimerEndsNeitherTheSweepsNorOtherTimers() {
        var fired = new AtomicInteger();
        var errors = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            int number = i;
            start(
                    now -> {
                        if (number % 2 == 0) {
                            errors.incrementAndGet();
                            throw new LinkageError("This timer fails");
                        }
                        fired.incrementAndGet();
                        return now + 10 * SECOND;
                    },
                    ticker.nanos() + 10 * SECOND);
        }
        sweepFor(Duration.ofSeconds(45));
        assertThat(fired).hasValue(20);
        assertThat(errors)
                .as("a timer that fails fires again, but not in each sweep")
                .hasValue(10);
        assertThat(scheduler.scheduled()).isEqualTo(1);
    }

    @Test
    void workThatIsToRunOnceRunsOnceInTime() {
        long began = ticker.nanos();
        List<Long> millis = new ArrayList<>();
        heartbeats.runOnce(() -> millis.add((ticker.nanos() - began) / 1_000_000), began + SECOND);
        heartbeats.runOnce(
                () -> {
                    throw new IllegalStateException("This fails");
                },
                began + SECOND);
        sweepFor(Duration.ofMinutes(20));
        assertThat(millis).containsExactly(1_000L);
    }
}
