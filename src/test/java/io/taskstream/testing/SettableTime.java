package io.taskstream.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves only when told. Thread-safe. */
public final class SettableTime implements InstantSource {

    private volatile Instant now = Instant.parse("2026-11-24T10:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    /** The same clock in nanoseconds, monotonic. */
    public long nanos() {
        return Duration.between(Instant.EPOCH, now).toNanos();
    }

    public void advance(Duration duration) {
        now = now.plus(duration);
    }
}
