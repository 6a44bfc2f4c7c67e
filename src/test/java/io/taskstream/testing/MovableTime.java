package io.taskstream.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves when it is told to. */
public final class MovableTime implements InstantSource {

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    /** The same as nanoseconds of a monotonic clock. */
    public long nanos() {
        return Duration.between(Instant.EPOCH, now).toNanos();
    }

    public void pass(Duration duration) {
        now = now.plus(duration);
    }
}
