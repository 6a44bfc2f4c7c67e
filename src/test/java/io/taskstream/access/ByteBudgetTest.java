package io.taskstream.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

    private static final int THREADS = 8;
    private static final int REQUESTS = 5_000;
    private static final int MOST = 1_000;

    private final ByteBudget budget = new ByteBudget(MOST, 0);
    private final ByteBudget divided = new ByteBudget(MOST, 400);

    @Test
    void thereIsNoMoreThanThereIs() {
        ByteBudget.Share one = budget.share();
        ByteBudget.Share other = budget.share();
        assertThat(one.take(600)).isTrue();
        assertThat(other.take(600)).isFalse();
        assertThat(other.take(400)).isTrue();
        one.keep(100);
        assertThat(other.take(500)).isTrue();
        assertThat(budget.held()).isEqualTo(MOST);
    }

    @Test
    void whatIsClosedHoldsNothingAndGetsNothing() {
        ByteBudget.Share share = budget.share();
        share.take(5);
        share.close();
        share.close();
        share.keep(7);
        assertThat(share.take(1)).isFalse();
        assertThat(budget.held()).isZero();
    }

    @Test
    void whoWaitsIsCalledWhenSomethingIsGivenBack() {
        var calls = new AtomicInteger();
        ByteBudget.Share one = budget.share();
        assertThat(one.take(MOST)).isTrue();
        assertThat(budget.share().takeOrWait(1, calls::incrementAndGet)).isFalse();
        assertThat(budget.share().takeOrWait(1, calls::incrementAndGet)).isFalse();
        assertThat(calls).hasValue(0);
        one.keep(MOST - 1);
        assertThat(calls).hasValue(1);
        budget.callAll();
        assertThat(calls).hasValue(2);
    }

    @Test
    void oneAtATimeOfThoseWhoWaitMayTakeWhatIsReserved() {
        ByteBudget.Share one = divided.share();
        ByteBudget.Share other = divided.share();
        assertThat(one.take(MOST)).isFalse();
        assertThat(one.take(400)).isTrue();
        assertThat(other.take(200)).isTrue();
        assertThat(one.takeOrWait(100, () -> {})).isTrue();
        assertThat(other.takeOrWait(100, () -> {})).isFalse();
        assertThat(one.takeOrWait(300, () -> {})).isTrue();
        assertThat(one.takeOrWait(1, () -> {})).isFalse();
        one.close();
        assertThat(one.takeOrWait(1, () -> {})).isFalse();
        assertThat(other.takeOrWait(800, () -> {})).isTrue();
        assertThat(divided.held()).isEqualTo(MOST);
    }

    @Test
    void manyThreadsNeverHoldMoreAndInTheEndNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        var begin = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            running.add(threads.submit(() -> {
                begin.await();
                for (int request = 0; request < REQUESTS; request++) {
                    serve();
                }
                return null;
            }));
        }
        begin.countDown();
        for (Future<?> each : running) {
            each.get(1, TimeUnit.MINUTES);
        }
        threads.shutdown();
        assertThat(divided.held()).isZero();
    }

    private void serve() {
        var random = ThreadLocalRandom.current();
        try (ByteBudget.Share share = divided.share()) {
            int taken = 0;
            int more = random.nextInt(400);
            while (share.takeOrWait(more, () -> {}) && taken < 1_000) {
                assertThat(divided.held()).isBetween(0L, (long) MOST);
                taken += more;
                more = random.nextInt(400);
            }
            share.keep(random.nextInt(taken + 1));
        }
    }
}
