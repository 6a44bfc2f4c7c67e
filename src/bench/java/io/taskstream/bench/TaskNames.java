package io.taskstream.bench;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Names for tasks, each used once. */
final class TaskNames {

    private static final AtomicLong USED = new AtomicLong();

    private TaskNames() {}

    static List<String> next(int count) {
        return Stream.generate(() -> "t" + USED.incrementAndGet()).limit(count).toList();
    }
}
