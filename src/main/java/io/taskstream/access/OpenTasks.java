package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * How many tasks that are still open one subject may have made on this server since it started. Whether a task is still
 * open is asked only when the limit seems to be reached, and then at most once a second. Thread-safe.
 */
public final class OpenTasks {

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final long BETWEEN_LOOKS = Duration.ofSeconds(1).toNanos();

    private final Map<String, Made> made = new ConcurrentHashMap<>();
    private final int most;
    private final Predicate<TaskId> isOpen;
    private final LongSupplier nanos;

    /**
     * @param most how many; 0 for any number
     * @param isOpen whether the task is there and not finished
     * @param nanos a monotonic clock
     */
    public OpenTasks(int most, Predicate<TaskId> isOpen, LongSupplier nanos) {
        this.most = most;
        this.isOpen = isOpen;
        this.nanos = nanos;
    }

    /**
     * Counts a task that is about to be made.
     *
     * @return whether it was not counted before
     * @throws LimitException if there are too many
     */
    public boolean add(TaskId task, Grant grant) {
        return most > 0
                && grant.isNamed()
                && made.computeIfAbsent(grant.subject(), subject -> new Made()).add(task);
    }

    /** The task was not made after all. */
    public void remove(TaskId task, Grant grant) {
        Made tasks = made.get(grant.subject());
        if (tasks != null) {
            tasks.remove(task);
        }
    }

    private final class Made {

        private final Set<TaskId> tasks = new LinkedHashSet<>();
        private long lastLook = nanos.getAsLong() - BETWEEN_LOOKS;

        synchronized boolean add(TaskId task) {
            if (tasks.size() >= most && !tasks.contains(task)) {
                forgetFinished();
                if (tasks.size() >= most) {
                    throw LimitException.ofClient("You have as many open tasks as you may have", RETRY);
                }
            }
            return tasks.add(task);
        }

        synchronized void remove(TaskId task) {
            tasks.remove(task);
        }

        private void forgetFinished() {
            long now = nanos.getAsLong();
            if (now - lastLook >= BETWEEN_LOOKS) {
                lastLook = now;
                tasks.removeIf(task -> !isOpen.test(task));
            }
        }
    }
}
