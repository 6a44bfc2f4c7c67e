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
 * Visits each idle viewer when its time has come: a timing wheel, turned by one scheduled sweep. A sweep looks only at
 * the viewers whose slot is due, so that a viewer costs nothing between its visits.
 *
 * <p>A heartbeat takes two sweeps. One every quarter of a second keeps the contract's "at the latest 1 s after it is due"
 * with room for a busy machine.
 */
public final class Heartbeats implements AutoCloseable {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(Heartbeats.class.getName()), "A visit to a viewer failed; it is tried again");

    /** From one sweep to the next. */
    public static final Duration PERIOD = Duration.ofMillis(250);

    private static final int SLOTS = 2048;
    private static final long PERIOD_NANOS = PERIOD.toNanos();

    /** When a viewer whose visit failed is visited again. */
    private static final long FAILED_PERIOD_NANOS = Duration.ofSeconds(30).toNanos();

    private final List<Set<Entry>> slots = new ArrayList<>(SLOTS);
    private final Ticker ticker;
    private final long origin;
    private final ScheduledFuture<?> sweeps;

    /** Taken out of their slots, to be visited: none between sweeps, unless one broke off. Touched by the sweep only. */
    private final List<Entry> taken = new ArrayList<>();

    private volatile long lastSweep;

    /** Every slot up to this one has been visited, or is being visited. Only the sweep moves it. */
    private volatile long swept;

    public Heartbeats(ScheduledExecutorService scheduler, Ticker ticker) {
        this.ticker = ticker;
        this.origin = ticker.nanos();
        this.lastSweep = origin;
        for (int i = 0; i < SLOTS; i++) {
            slots.add(ConcurrentHashMap.newKeySet(1));
        }
        this.sweeps = scheduler.scheduleAtFixedRate(this::sweep, PERIOD_NANOS, PERIOD_NANOS, TimeUnit.NANOSECONDS);
    }

    /** Visits the viewer, first when the ticker says {@code firstVisit} nanoseconds, until the entry is removed. */
    Entry add(Idle viewer, long firstVisit) {
        Entry entry = new Entry(viewer, false);
        place(entry, firstVisit);
        return entry;
    }

    /** Runs the work once, by the first sweep after the ticker says {@code time} nanoseconds. */
    void once(Runnable work, long time) {
        Idle visit = now -> {
            work.run();
            return now;
        };
        place(new Entry(visit, true), time);
    }

    /** Visits all whose time has come, once each however long the last sweep is ago. */
    public synchronized void sweep() {
        long now = ticker.nanos();
        lastSweep = now;
        long due = Math.floorDiv(now - origin, PERIOD_NANOS);
        long first = Math.max(swept + 1, due - SLOTS + 1);
        swept = Math.max(swept, due);
        // A sweep that threw would be the scheduler's last.
        try {
            // All are taken out before the first is visited: its next place may be in a set that is still to be looked
            // at.
            for (long slot = first; slot <= due; slot++) {
                for (Entry entry : slot(slot)) {
                    take(entry, slot(slot));
                }
            }
            while (!taken.isEmpty()) {
                visit(taken.get(taken.size() - 1), now);
                taken.remove(taken.size() - 1);
            }
        } catch (RuntimeException | Error e) {
            // Who is taken out and has no new place is visited by the next sweep.
            FAILURES.report(e);
        }
    }

    private void take(Entry entry, Set<Entry> slot) {
        taken.add(entry);
        if (!slot.remove(entry)) {
            taken.remove(taken.size() - 1);
        }
    }

    /** One viewer's failure is no other's. */
    private void visit(Entry entry, long now) {
        if (entry.removed) {
            return;
        }
        if (entry.isOnce) {
            // Never set to false: another thread may be removing the entry now.
            entry.removed = true;
        }
        long next = now + FAILED_PERIOD_NANOS;
        try {
            next = entry.viewer.visit(now);
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
        if (!entry.removed) {
            place(entry, next);
        }
    }

    private void place(Entry entry, long visit) {
        long wanted = Math.floorDiv(visit - origin - 1, PERIOD_NANOS) + 1;
        while (true) {
            long before = swept;
            long slot = Math.min(Math.max(wanted, before + 1), before + SLOTS - 1);
            entry.enter(slot(slot));
            if (slot > swept || !slot(slot).remove(entry)) {
                return;
            }
        }
    }

    private Set<Entry> slot(long index) {
        return slots.get((int) (index % SLOTS));
    }

    /** How long no sweep has begun; more than a few seconds say that the executor is stuck. */
    public Duration sinceLastSweep() {
        return Duration.ofNanos(ticker.nanos() - lastSweep);
    }

    @Override
    public void close() {
        sweeps.cancel(false);
    }

    /** Somebody who may have to be told that the stream is alive. */
    interface Idle {

        /**
         * The time has come.
         *
         * @param now the ticker's nanoseconds
         * @return when to come again, in the ticker's nanoseconds
         */
        long visit(long now);
    }

    /** A viewer's place in the wheel. */
    static final class Entry {

        private final Idle viewer;
        private final boolean isOnce;
        private volatile Set<Entry> slot = Set.of();
        private volatile boolean removed;

        private Entry(Idle viewer, boolean isOnce) {
            this.viewer = viewer;
            this.isOnce = isOnce;
        }

        private void enter(Set<Entry> newSlot) {
            // In this order: once it is in the set, a sweep may take it out and give it another slot.
            slot = newSlot;
            newSlot.add(this);
            if (removed) {
                newSlot.remove(this);
            }
        }

        /** No further visit will begin. */
        void remove() {
            removed = true;
            if (!slot.isEmpty()) {
                slot.remove(this);
            }
        }
    }
}
