package io.taskstream.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves when it is told to. Thread-safe. */
public final class SettableTime implements InstantSource {

    private volatile Instant now = Instant.parse("2026-11-24T10:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    /** The same as nanoseconds of a monotonic clock. */
    public long nanos() {
        return Duration.between(Instant.EPOCH, now).toNanos();
    }

    public void advance(Duration duration) {
        now = now.plus(duration);
    }
}
