package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Sees to it that there are not too many viewers. Thread-safe. */
public final class ViewerQuotas {

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final String EVERYBODY = "";

    private final Quota inAll;
    private final Quota ofTask;
    private final Quota ofSubject;
    private final Quota ofAddress;

    public ViewerQuotas(ViewerLimits limits) {
        this.inAll = new Quota(limits.inAll());
        this.ofTask = new Quota(limits.perTask());
        this.ofSubject = new Quota(limits.perSubject());
        this.ofAddress = new Quota(limits.perAddress());
    }

    /**
     * Lets a viewer in.
     *
     * @param elsewhere how many watch the task on other servers
     * @param address where it comes from
     * @return gives its place back when it is run, once however often it is run
     * @throws LimitException if there are too many
     */
    public Runnable admit(TaskId task, int elsewhere, Grant grant, String address) {
        var place = new Place();
        try {
            if (!place.take(inAll, EVERYBODY)) {
                throw LimitException.ofServer("The server has as many viewers as it takes", RETRY);
            }
            if (!place.take(ofTask, task.value(), elsewhere)) {
                throw LimitException.ofClient("The task has as many viewers as it may have", RETRY);
            }
            if (grant.isNamed() && !place.take(ofSubject, grant.subject())) {
                throw LimitException.ofClient("You have as many streams open as you may have", RETRY);
            }
            if (!place.take(ofAddress, Network.ofClient(address))) {
                throw LimitException.ofClient("Your address has as many streams open as it may have", RETRY);
            }
            return place;
        } catch (LimitException e) {
            place.run();
            throw e;
        }
    }

    /** What one viewer has taken. */
    private static final class Place implements Runnable {

        private final AtomicReference<@Nullable Deque<Runnable>> taken = new AtomicReference<>(new ArrayDeque<>(4));

        boolean take(Quota quota, String who) {
            return take(quota, who, 0);
        }

        boolean take(Quota quota, String who, int elsewhere) {
            Deque<Runnable> before = taken.get();
            if (before == null || !quota.take(who, elsewhere)) {
                return false;
            }
            before.add(() -> quota.release(who));
            return true;
        }

        @Override
        public void run() {
            Deque<Runnable> given = taken.getAndSet(null);
            if (given != null) {
                given.forEach(Runnable::run);
            }
        }
    }
}
