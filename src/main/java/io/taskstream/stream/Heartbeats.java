package io.taskstream.stream;

import io.taskstream.eventlog.RepeatedFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The timers of all viewers: a timing wheel that one scheduled sweep turns. A sweep touches only the timers that are due,
 * so a viewer costs nothing between its heartbeats. Thread-safe.
 *
 * <p>The contract allows a heartbeat to be 1 s late, and a heartbeat takes two sweeps. The period of 250 ms leaves room for
 * a busy machine.
 */
public final class Heartbeats implements AutoCloseable {

    /** The time from one sweep to the next. */
    public static final Duration PERIOD = Duration.ofMillis(250);

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(Heartbeats.class.getName()), "The timer of a viewer failed; it is tried again");

    private static final int SLOTS = 2048;
    private static final long PERIOD_NANOS = PERIOD.toNanos();

    /** The time after which a timer that failed fires again. */
    private static final long FAILED_PERIOD_NANOS = Duration.ofSeconds(30).toNanos();

    private final List<Set<Timer>> slots = new ArrayList<>(SLOTS);
    private final Ticker ticker;
    private final long origin;
    private final ScheduledFuture<?> sweeps;

    /** Timers that are in no slot and still have to fire; empty between sweeps unless a sweep failed. Confined to the sweep. */
    private final List<Timer> due = new ArrayList<>();

    private volatile long lastSweep;

    /** The last slot whose timers have fired or are firing. Only the sweep writes it. */
    private volatile long swept;

    public Heartbeats(ScheduledExecutorService scheduler, Ticker ticker) {
        this.ticker = ticker;
        this.origin = ticker.nanos();
        this.lastSweep = origin;
        for (int i = 0; i < SLOTS; i++) {
            slots.add(ConcurrentHashMap.newKeySet(1));
        }
        this.sweeps = scheduler.scheduleWithFixedDelay(this::sweep, PERIOD_NANOS, PERIOD_NANOS, TimeUnit.NANOSECONDS);
    }

    /**
     * Starts a timer; without effect if it is cancelled already.
     *
     * @param time when it fires first, in the ticker's nanoseconds
     */
    void start(Timer timer, long time) {
        long wanted = Math.floorDiv(time - origin - 1, PERIOD_NANOS) + 1;
        while (true) {
            long before = swept;
            long slot = Math.min(Math.max(wanted, before + 1), before + SLOTS - 1);
            timer.enter(slot(slot));
            // If a sweep has passed this slot meanwhile and left the timer in it, the timer needs another slot.
            if (slot > swept || !slot(slot).remove(timer)) {
                return;
            }
        }
    }

    /**
     * Runs the work once, in the first sweep after the given time.
     *
     * @param time in the ticker's nanoseconds
     */
    void runOnce(Runnable work, long time) {
        var timer = new Timer() {
            @Override
            long fire(long now) {
                cancel();
                work.run();
                return now;
            }
        };
        start(timer, time);
    }

    /** Fires all timers that are due, each once, however long ago the last sweep was. */
    public synchronized void sweep() {
        long now = ticker.nanos();
        lastSweep = now;
        long last = Math.floorDiv(now - origin, PERIOD_NANOS);
        long first = Math.max(swept + 1, last - SLOTS + 1);
        swept = Math.max(swept, last);
        try {
            // All are taken out before the first fires, for its next slot may be one of those still to be swept.
            for (long slot = first; slot <= last; slot++) {
                for (Timer timer : slot(slot)) {
                    takeOut(timer, slot(slot));
                }
            }
            while (!due.isEmpty()) {
                fire(due.get(due.size() - 1), now);
                due.remove(due.size() - 1);
            }
        } catch (RuntimeException | Error e) {
            // If a sweep threw, the scheduler would run no other. The next one fires the timers that are still due.
            FAILURES.report(e);
        }
    }

    /** Adds before it removes: if memory runs out in between, no timer is lost. */
    private void takeOut(Timer timer, Set<Timer> slot) {
        due.add(timer);
        if (!slot.remove(timer)) {
            due.remove(due.size() - 1);
        }
    }

    /** A timer that fails delays no other. */
    private void fire(Timer timer, long now) {
        if (timer.cancelled) {
            return;
        }
        long next = now + FAILED_PERIOD_NANOS;
        try {
            next = timer.fire(now);
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
        if (!timer.cancelled) {
            start(timer, next);
        }
    }

    private Set<Timer> slot(long index) {
        return slots.get((int) (index % SLOTS));
    }

    /** Returns the time since the last sweep began; more than a few seconds mean that the scheduler is stuck. */
    public Duration sinceLastSweep() {
        return Duration.ofNanos(ticker.nanos() - lastSweep);
    }

    @Override
    public void close() {
        sweeps.cancel(false);
    }

    /** A timer that fires again and again until it is cancelled. */
    abstract static class Timer {

        private volatile Set<Timer> slot = Set.of();
        private volatile boolean cancelled;

        /**
         * Does what is due. Called by sweeps only, one at a time; must not block.
         *
         * @param now the ticker's nanoseconds
         * @return when to fire again, in the ticker's nanoseconds; the wheel may fire earlier, and asks again then
         */
        abstract long fire(long now);

        private void enter(Set<Timer> newSlot) {
            // In this order: as soon as the timer is in the set, a sweep may move it to another slot.
            slot = newSlot;
            newSlot.add(this);
            if (cancelled) {
                newSlot.remove(this);
            }
        }

        /** Fires no more; a sweep that is firing it now goes on. */
        final void cancel() {
            cancelled = true;
            if (!slot.isEmpty()) {
                slot.remove(this);
            }
        }
    }
}
