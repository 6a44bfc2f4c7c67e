package io.taskstream.eventlog.redis;

import java.util.random.RandomGenerator;

/** Makes epochs. */
final class Epochs {

    private final RandomGenerator random;

    Epochs(RandomGenerator random) {
        this.random = random;
    }

    /** One that no log has or had. */
    String next() {
        return "%016x".formatted(random.nextLong());
    }
}
