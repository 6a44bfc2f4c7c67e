package io.taskstream.it;

import java.time.Duration;

/** Measures how long this machine delayed a thread that was due: a tolerance for tests of timing. */
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
