package io.taskstream.access;

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
 * How many tasks that are still open one subject may have made on this server since it started. Whether a subject's tasks
 * are still open is asked when its limit seems to be reached, and then at most once a second; and of two of all tasks
 * whenever one is made, so that those that are finished, and subjects that do nothing any more, are forgotten. Thread-safe.
 */
public final class OpenTasks {

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final long BETWEEN_LOOKS = Duration.ofSeconds(1).toNanos();

    private static final int LOOKS = 2;
    private static final long BETWEEN_TURNS = Duration.ofMinutes(1).toNanos();

    private final ConcurrentMap<String, Made> made = new ConcurrentHashMap<>();
    private final Queue<Turn> turns = new ConcurrentLinkedQueue<>();
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
        if (most == 0 || !grant.isNamed()) {
            return false;
        }
        for (int i = 0; i < LOOKS; i++) {
            lookAtNext();
        }
        boolean[] isNew = new boolean[1];
        made.compute(grant.subject(), (subject, before) -> {
            Made tasks = before == null ? new Made() : before;
            isNew[0] = tasks.add(task);
            return tasks;
        });
        if (isNew[0]) {
            turns.add(new Turn(task, grant.subject(), nanos.getAsLong()));
        }
        return isNew[0];
    }

    /**
     * A task that is to be looked at in its turn.
     *
     * @param last when it was looked at, or counted
     */
    private record Turn(TaskId task, String subject, long last) {}

    private void lookAtNext() {
        Turn turn = turns.poll();
        if (turn == null) {
            return;
        }
        long now = nanos.getAsLong();
        if (now - turn.last < BETWEEN_TURNS) {
            // It may be about to be made.
            turns.add(turn);
        } else if (isOpen.test(turn.task)) {
            turns.add(new Turn(turn.task, turn.subject, now));
        } else {
            remove(turn.task, turn.subject);
        }
    }

    /** How many subjects are remembered. */
    int subjects() {
        return made.size();
    }

    /** The task was not made after all. */
    public void remove(TaskId task, Grant grant) {
        remove(task, grant.subject());
    }

    private void remove(TaskId task, String subject) {
        made.computeIfPresent(subject, (key, tasks) -> tasks.remove(task) ? null : tasks);
    }

    /** Of one subject; used while the map holds it. */
    private final class Made {

        private final Set<TaskId> tasks = new LinkedHashSet<>();
        private long lastLook = nanos.getAsLong() - BETWEEN_LOOKS;

        boolean add(TaskId task) {
            if (tasks.size() >= most && !tasks.contains(task)) {
                forgetFinished();
                if (tasks.size() >= most) {
                    throw LimitException.ofClient("You have as many open tasks as you may have", RETRY);
                }
            }
            return tasks.add(task);
        }

        /** Answers whether none is left. */
        boolean remove(TaskId task) {
            tasks.remove(task);
            return tasks.isEmpty();
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
