package io.taskstream.access.limit;

import io.taskstream.access.Grant;
import io.taskstream.access.LimitException;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The quota of open tasks per subject, counted on this server since it started. A subject's tasks are checked for whether
 * they are still open when its quota seems to be exhausted, at most once a second. In addition, each new task has two of
 * all tasks checked in turn, so that finished tasks and inactive subjects are forgotten. Thread-safe.
 */
public final class OpenTasks {

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final long BETWEEN_CHECKS = Duration.ofSeconds(1).toNanos();

    private static final int CHECKS_PER_TASK = 2;
    private static final long BETWEEN_TURNS = Duration.ofMinutes(1).toNanos();

    private final ConcurrentMap<String, Created> created = new ConcurrentHashMap<>();
    private final Queue<Turn> turns = new ConcurrentLinkedQueue<>();
    private final int limit;
    private final Predicate<TaskId> isOpen;
    private final LongSupplier nanos;

    /**
     * @param limit 0 for unlimited
     * @param isOpen whether the task exists and is not finished; may block
     * @param nanos a monotonic clock
     */
    public OpenTasks(int limit, Predicate<TaskId> isOpen, LongSupplier nanos) {
        this.limit = limit;
        this.isOpen = isOpen;
        this.nanos = nanos;
    }

    /**
     * Counts a task that is about to be created.
     *
     * @return whether it was not counted before
     * @throws LimitException if the quota is exhausted
     */
    public boolean add(TaskId task, Grant grant) {
        if (limit == 0 || !grant.hasSubject()) {
            return false;
        }
        for (int i = 0; i < CHECKS_PER_TASK; i++) {
            checkNext();
        }
        boolean[] isNew = new boolean[1];
        created.compute(grant.subject(), (subject, before) -> {
            Created tasks = before == null ? new Created() : before;
            isNew[0] = tasks.add(task);
            return tasks;
        });
        if (isNew[0]) {
            turns.add(new Turn(task, grant.subject(), nanos.getAsLong()));
        }
        return isNew[0];
    }

    /**
     * A task that is to be checked in its turn.
     *
     * @param last when it was checked, or counted
     */
    private record Turn(TaskId task, String subject, long last) {}

    private void checkNext() {
        Turn turn = turns.poll();
        if (turn == null) {
            return;
        }
        long now = nanos.getAsLong();
        if (now - turn.last < BETWEEN_TURNS) {
            // Its creation may not be complete.
            turns.add(turn);
        } else if (isOpen.test(turn.task)) {
            turns.add(new Turn(turn.task, turn.subject, now));
        } else {
            remove(turn.task, turn.subject);
        }
    }

    /** Returns the number of remembered subjects. */
    int subjects() {
        return created.size();
    }

    /** Forgets a task that was not created after all. */
    public void remove(TaskId task, Grant grant) {
        remove(task, grant.subject());
    }

    private void remove(TaskId task, String subject) {
        created.computeIfPresent(subject, (key, tasks) -> tasks.remove(task) ? null : tasks);
    }

    /** The tasks of one subject; used under the map's lock for the subject. */
    private final class Created {

        private final Set<TaskId> tasks = new LinkedHashSet<>();
        private long lastCheck = nanos.getAsLong() - BETWEEN_CHECKS;

        boolean add(TaskId task) {
            if (tasks.size() >= limit && !tasks.contains(task)) {
                removeFinished();
                if (tasks.size() >= limit) {
                    throw LimitException.ofClient("You have as many open tasks as you may have", RETRY);
                }
            }
            return tasks.add(task);
        }

        /** Removes the task, and returns whether none is left. */
        boolean remove(TaskId task) {
            tasks.remove(task);
            return tasks.isEmpty();
        }

        private void removeFinished() {
            long now = nanos.getAsLong();
            if (now - lastCheck >= BETWEEN_CHECKS) {
                lastCheck = now;
                tasks.removeIf(task -> !isOpen.test(task));
            }
        }
    }
}
