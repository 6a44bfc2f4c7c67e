package io.taskstream.http;

import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.stream.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Looks once a second after what may have waited for too long: one timer for all requests, for the servers keep each timer
 * until its time has come, and with it all that belongs to the request. Thread-safe.
 */
public final class EverySecond implements AutoCloseable {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(EverySecond.class.getName()), "A look at what waits failed; the next comes in a second");

    private final Set<LongConsumer> looks = ConcurrentHashMap.newKeySet();
    private final Ticker ticker;
    private final ScheduledFuture<?> timer;

    public EverySecond(ScheduledExecutorService scheduler, Ticker ticker) {
        this.ticker = ticker;
        this.timer = scheduler.scheduleAtFixedRate(this::lookAtAll, 1, 1, TimeUnit.SECONDS);
    }

    /** The time that looks are given, in nanoseconds. */
    long nanos() {
        return ticker.nanos();
    }

    /**
     * Calls this once a second from now on, until it is {@linkplain #remove removed}.
     *
     * @param look gets the time in nanoseconds; never called by two threads at once; must not block
     */
    public void add(LongConsumer look) {
        looks.add(look);
    }

    /** Calls it no more. */
    void remove(LongConsumer look) {
        looks.remove(look);
    }

    private void lookAtAll() {
        long now = ticker.nanos();
        for (LongConsumer look : looks) {
            try {
                look.accept(now);
            } catch (RuntimeException | Error e) {
                // The others are looked at all the same, now and in a second.
                FAILURES.report(e);
            }
        }
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
