package io.taskstream.access.limit;

import io.taskstream.access.Grant;
import io.taskstream.access.LimitException;
import io.taskstream.access.Network;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The quotas of concurrent viewers. Thread-safe. */
public final class ViewerQuotas {

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final String SERVER = "";

    private final Counts ofServer;
    private final Counts ofTask;
    private final Counts ofSubject;
    private final Counts ofAddress;

    public ViewerQuotas(Limits limits) {
        this.ofServer = new Counts(limits.inAll());
        this.ofTask = new Counts(limits.perTask());
        this.ofSubject = new Counts(limits.perSubject());
        this.ofAddress = new Counts(limits.perAddress());
    }

    /**
     * The numbers of concurrent viewers that are allowed; 0 is unlimited.
     *
     * @param inAll on this server
     * @param perTask of one task, on all servers
     * @param perSubject of one subject
     * @param perAddress from one address, or one IPv6 network of 64 bits
     */
    public record Limits(int inAll, int perTask, int perSubject, int perAddress) {}

    /**
     * Admits a viewer.
     *
     * @param elsewhere the number of viewers of the task on other servers
     * @param address the viewer's
     * @return to be run when the viewer has gone; further runs have no effect
     * @throws LimitException if a quota is exhausted
     */
    public Runnable admit(TaskId task, int elsewhere, Grant grant, String address) {
        Runnable ofTaskOnly = admit(task, elsewhere);
        try {
            Runnable ofOthers = admit(grant, address);
            return () -> {
                ofTaskOnly.run();
                ofOthers.run();
            };
        } catch (LimitException e) {
            ofTaskOnly.run();
            throw e;
        }
    }

    /** Does the same for a viewer whose tasks are admitted one by one. */
    public Runnable admit(Grant grant, String address) {
        var admission = new Admission();
        try {
            if (!admission.count(ofServer, SERVER, 0)) {
                throw LimitException.ofServer("The server has as many viewers as it takes", RETRY);
            }
            if (grant.hasSubject() && !admission.count(ofSubject, grant.subject(), 0)) {
                throw LimitException.ofClient("You have as many streams open as you may have", RETRY);
            }
            if (!admission.count(ofAddress, Network.ofClient(address), 0)) {
                throw LimitException.ofClient("Your address has as many streams open as it may have", RETRY);
            }
            return admission;
        } catch (LimitException e) {
            admission.run();
            throw e;
        }
    }

    /** Admits a viewer that is admitted already to a further task. */
    public Runnable admit(TaskId task, int elsewhere) {
        var admission = new Admission();
        if (!admission.count(ofTask, task.value(), elsewhere)) {
            throw LimitException.ofClient("The task has as many viewers as it may have", RETRY);
        }
        return admission;
    }

    /** Does the same, but never refuses: a viewer that follows a label must not miss a task. */
    public Runnable count(TaskId task) {
        var admission = new Admission();
        // With so few elsewhere no limit is reached.
        admission.count(ofTask, task.value(), Integer.MIN_VALUE / 2);
        return admission;
    }

    /** The counts that include one viewer. */
    private static final class Admission implements Runnable {

        private final AtomicReference<@Nullable Deque<Runnable>> releases = new AtomicReference<>(new ArrayDeque<>(4));

        boolean count(Counts counts, String key, int elsewhere) {
            Deque<Runnable> present = releases.get();
            if (present == null || !counts.take(key, elsewhere)) {
                return false;
            }
            present.add(() -> counts.release(key));
            return true;
        }

        @Override
        public void run() {
            Deque<Runnable> present = releases.getAndSet(null);
            if (present != null) {
                present.forEach(Runnable::run);
            }
        }
    }

    /** A count per key, up to a limit. Keys whose count is 0 are forgotten. */
    private static final class Counts {

        private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();
        private final int limit;

        Counts(int limit) {
            this.limit = limit;
        }

        /** Counts one more, and returns true, unless that would exceed the limit together with those elsewhere. */
        boolean take(String key, int elsewhere) {
            if (limit == 0) {
                return true;
            }
            boolean[] isTaken = new boolean[1];
            counts.compute(key, (same, before) -> {
                int count = before == null ? 0 : before;
                isTaken[0] = count + elsewhere < limit;
                return isTaken[0] ? Integer.valueOf(count + 1) : before;
            });
            return isTaken[0];
        }

        void release(String key) {
            counts.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
        }
    }
}
