package io.taskstream.eventlog.embedded;

import java.util.random.RandomGenerator;

/** Names that tell one log of a task from another; all of one length, so that frames can be given another. */
final class Epochs {

    private Epochs() {}

    static String next(RandomGenerator random) {
        return "%08x".formatted(random.nextInt());
    }
}
