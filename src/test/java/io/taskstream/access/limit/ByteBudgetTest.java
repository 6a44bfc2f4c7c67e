package io.taskstream.access.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.Grant;
import io.taskstream.access.Permissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

    private static final int THREADS = 8;
    private static final int REQUESTS = 5_000;
    private static final int MOST = 1_000;
    private static final int RESERVED = 400;
    private static final int COMMON = MOST - RESERVED;

    private final ByteBudget budget = new ByteBudget(MOST, 0);
    private final ByteBudget divided = new ByteBudget(MOST, RESERVED);

    @Test
    void nobodyGetsMoreThanIsLeftForAllOthers() {
        ByteBudget.Allocation one = share(budget, "ann");
        assertThat(one.take(501)).isFalse();
        assertThat(one.take(500)).isTrue();
        assertThat(share(budget, "ann").take(1)).isFalse();
        ByteBudget.Allocation other = share(budget, "bob");
        assertThat(other.take(251)).isFalse();
        assertThat(other.take(250)).isTrue();
        one.keep(100);
        assertThat(share(budget, "ann").take(200)).isTrue();
        assertThat(budget.held()).isEqualTo(550);
    }

    @Test
    void whoHasNoNameCountsByAddress() {
        ByteBudget.Allocation one = budget.allocate(Grant.UNRESTRICTED, "192.0.2.1");
        assertThat(one.take(500)).isTrue();
        assertThat(budget.allocate(Grant.UNRESTRICTED, "192.0.2.1").take(1)).isFalse();
        assertThat(budget.allocate(Grant.UNRESTRICTED, "192.0.2.2").take(1)).isTrue();
    }

    @Test
    void whatIsClosedHoldsNothingAndGetsNothing() {
        ByteBudget.Allocation share = share(budget, "ann");
        share.take(5);
        share.close();
        share.close();
        share.keep(7);
        assertThat(share.take(1)).isFalse();
        assertThat(budget.held()).isZero();
    }

    @Test
    void oneOfThoseWhoWaitIsCalledWhenItWouldFindRoom() {
        var calls = new AtomicInteger();
        ByteBudget.Allocation one = share(budget, "ann");
        one.keep(MOST);
        assertThat(share(budget, "bob").takeOrWait(1, calls::incrementAndGet)).isFalse();
        assertThat(share(budget, "bob").takeOrWait(1, calls::incrementAndGet)).isFalse();
        one.keep(MOST - 1);
        budget.callAll();
        assertThat(calls).hasValue(0);
        one.keep(MOST - 2);
        assertThat(calls).hasValue(1);
        budget.callAll();
        assertThat(calls).hasValue(2);
        budget.callAll();
        assertThat(calls).hasValue(2);
    }

    @Test
    void theGreedyWhoWaitAreNotCalledInPlaceOfTheModest() {
        List<String> calls = new ArrayList<>();
        ByteBudget.Allocation greedy = share(budget, "greedy");
        ByteBudget.Allocation other = share(budget, "other");
        greedy.keep(500);
        other.keep(500);
        assertThat(share(budget, "greedy").takeOrWait(10, () -> calls.add("greedy")))
                .isFalse();
        assertThat(share(budget, "modest").takeOrWait(10, () -> calls.add("modest")))
                .isFalse();
        other.keep(400);
        assertThat(calls).containsExactly("modest");
        greedy.keep(0);
        assertThat(calls).containsExactly("modest", "greedy");
    }

    @Test
    void whoTakesPartAfterPartLeavesRoomToThoseWhoWait() {
        List<String> calls = new ArrayList<>();
        ByteBudget.Allocation full = share(budget, "full");
        ByteBudget.Allocation greedy = share(budget, "greedy");
        ByteBudget.Allocation modest = share(budget, "modest");
        full.keep(MOST);
        assertThat(greedy.takeOrWait(100, () -> calls.add("greedy"))).isFalse();
        assertThat(modest.takeOrWait(100, () -> calls.add("modest"))).isFalse();
        full.keep(0);
        for (int part = 0; part < 4; part++) {
            assertThat(calls).endsWith("greedy");
            assertThat(greedy.takeOrWait(100, () -> calls.add("greedy"))).isTrue();
            assertThat(greedy.takeOrWait(100, () -> calls.add("greedy"))).isFalse();
        }
        assertThat(calls).contains("modest");
        assertThat(modest.takeOrWait(100, () -> calls.add("modest"))).isTrue();
    }

    /**
     * Fifty callers together want the whole budget, and continue at once; a caller that wants little waits for one round at
     * most.
     */
    @Test
    void oneThatWantsLittleIsServedInTheFirstRound() {
        Queue<Runnable> calls = new ArrayDeque<>();
        ByteBudget.Allocation full = share(budget, "full");
        full.keep(MOST);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i <= 50; i++) {
            int caller = i;
            ByteBudget.Allocation share = share(budget, "caller " + caller);
            Runnable[] goOn = new Runnable[1];
            goOn[0] = () -> {
                while (share.takeOrWait(5, () -> calls.add(goOn[0]))) {
                    order.add(caller);
                }
            };
            goOn[0].run();
        }
        full.keep(0);
        while (!calls.isEmpty()) {
            calls.remove().run();
        }
        assertThat(order.indexOf(50)).isBetween(0, 50);
    }

    @Test
    void whoIsClosedIsNotCalled() {
        var calls = new AtomicInteger();
        ByteBudget.Allocation one = share(budget, "ann");
        one.keep(MOST);
        ByteBudget.Allocation other = share(budget, "bob");
        assertThat(other.takeOrWait(1, calls::incrementAndGet)).isFalse();
        other.close();
        one.close();
        assertThat(calls).hasValue(0);
    }

    @Test
    void oneAtATimeOfThoseWhoWaitMayTakeWhatIsReserved() {
        ByteBudget.Allocation one = share(divided, "ann");
        ByteBudget.Allocation other = share(divided, "ann");
        assertThat(one.take(200)).isTrue();
        assertThat(other.take(100)).isTrue();
        assertThat(one.take(1)).isFalse();
        assertThat(one.takeOrWait(100, () -> {})).isTrue();
        assertThat(other.takeOrWait(100, () -> {})).isFalse();
        assertThat(one.takeOrWait(300, () -> {})).isTrue();
        assertThat(one.takeOrWait(1, () -> {})).isFalse();
        one.keep(201);
        assertThat(other.takeOrWait(1, () -> {})).isFalse();
        one.keep(200);
        assertThat(other.takeOrWait(RESERVED, () -> {})).isTrue();
        assertThat(divided.held()).isEqualTo(COMMON / 2 + RESERVED);
    }

    /** Each request takes what it needs in parts and keeps them while it waits, so that all could wait for each other. */
    @Test
    void allGoOnInTheEndAndNeverHoldMoreThanThereIs() throws Exception {
        inThreads(thread -> {
            for (int request = 0; request < REQUESTS; request++) {
                serve("subject " + thread % 3);
            }
        });
        assertThat(divided.held()).isZero();
    }

    private void serve(String subject) throws InterruptedException {
        var called = new Semaphore(0);
        try (ByteBudget.Allocation share = share(divided, subject)) {
            for (int missing = random(1, RESERVED); missing > 0; ) {
                int more = Math.min(missing, random(1, 100));
                while (!share.takeOrWait(more, called::release)) {
                    assertThat(called.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
                }
                assertThat(divided.held()).isBetween(1L, (long) MOST);
                missing -= more;
            }
            share.keep(random(0, 10));
        }
    }

    /** All threads but one take all that one subject can get; the remaining one always finds room. */
    @Test
    void aModestOneNeverWaitsForAGreedyOne() throws Exception {
        var isOver = new Semaphore(0);
        inThreads(thread -> {
            if (thread > 0) {
                takeUntil(isOver);
                return;
            }
            try (ByteBudget.Allocation modest = share(divided, "modest")) {
                for (int request = 0; request < REQUESTS; request++) {
                    assertThat(modest.take(random(1, 100))).isTrue();
                    assertThat(divided.held()).isBetween(1L, (long) MOST);
                    modest.keep(0);
                }
            } finally {
                isOver.release(THREADS);
            }
        });
        assertThat(divided.held()).isZero();
    }

    private void takeUntil(Semaphore isOver) {
        while (!isOver.tryAcquire()) {
            try (ByteBudget.Allocation share = share(divided, "greedy")) {
                int failures = 0;
                while (failures < 100) {
                    failures += share.takeOrWait(random(1, 100), () -> {}) ? 0 : 1;
                }
            }
        }
    }

    /** The work of a thread, given its number. */
    private interface Work {

        void run(int thread) throws InterruptedException;
    }

    private static void inThreads(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        var begin = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            Callable<Void> call = () -> {
                begin.await();
                work.run(thread);
                return null;
            };
            running.add(threads.submit(call));
        }
        begin.countDown();
        for (Future<?> each : running) {
            each.get(2, TimeUnit.MINUTES);
        }
        threads.shutdown();
    }

    private static int random(int least, int most) {
        return ThreadLocalRandom.current().nextInt(least, most + 1);
    }

    private static ByteBudget.Allocation share(ByteBudget budget, String subject) {
        return budget.allocate(new Grant(subject, "", Permissions.ALL, Instant.MAX), "192.0.2.1");
    }
}
