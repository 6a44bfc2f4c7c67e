package io.taskstream.http.body;

import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.stream.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Runs checks for deadlines once a second. There is one timer for all requests, because the servers keep each timer, and with
 * it the whole request, until its time has come. Thread-safe.
 */
public final class PeriodicChecks implements AutoCloseable {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(PeriodicChecks.class.getName()),
            "A check for deadlines failed; it runs again in a second");

    private final Set<LongConsumer> checks = ConcurrentHashMap.newKeySet();
    private final Ticker ticker;
    private final ScheduledFuture<?> timer;

    public PeriodicChecks(ScheduledExecutorService scheduler, Ticker ticker) {
        this.ticker = ticker;
        this.timer = scheduler.scheduleWithFixedDelay(this::runAll, 1, 1, TimeUnit.SECONDS);
    }

    /** Returns the time that the checks get, in nanoseconds. */
    long nanos() {
        return ticker.nanos();
    }

    /**
     * Runs the check once a second until it is {@linkplain #remove removed}.
     *
     * @param check accepts the time in nanoseconds; never runs twice at the same time; must not block
     */
    public void add(LongConsumer check) {
        checks.add(check);
    }

    /** Runs the check no more. */
    public void remove(LongConsumer check) {
        checks.remove(check);
    }

    private void runAll() {
        long now = ticker.nanos();
        for (LongConsumer check : checks) {
            try {
                check.accept(now);
            } catch (RuntimeException | Error e) {
                // It must stop neither the other checks nor the timer.
                FAILURES.report(e);
            }
        }
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
