package io.taskstream.it;

import java.time.Duration;

/** Sees for how long this machine kept a thread from running that was due: what a test allows beyond what is promised. */
public final class Stalls implements AutoCloseable {

    private static final Duration STEP = Duration.ofMillis(20);

    private final Thread watcher = new Thread(this::watch, "stalls");
    private volatile long longestNanos;

    /** Watches until it is closed. */
    public Stalls() {
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch() {
        try {
            while (true) {
                long due = System.nanoTime() + STEP.toNanos();
                Thread.sleep(STEP.toMillis());
                longestNanos = Math.max(longestNanos, System.nanoTime() - due);
            }
        } catch (InterruptedException e) {
            // It was closed.
        }
    }

    public double longestSeconds() {
        return longestNanos / 1e9;
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
