package io.taskstream.stream;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs one piece of work serially on the threads of its callers, without a lock: a counter of requests makes the first
 * caller run the work, and run it again until no request has come meanwhile. No caller waits, and after each call to
 * {@link #run()} the work begins at least once more. Thread-safe.
 */
public final class SerialRunner {

    private final AtomicInteger requests = new AtomicInteger();
    private final Runnable work;

    public SerialRunner(Runnable work) {
        this.work = work;
    }

    /**
     * Runs the work on this thread, or has the thread that is running it run it again. If runs on this thread throw, throws
     * the first failure at the end, when there are no more requests.
     */
    public void run() {
        if (requests.getAndIncrement() == 0) {
            drain(0, null);
        }
    }

    /**
     * Runs something else in place of the work, but only if the work is not running; requests that come meanwhile follow.
     * Throws as {@link #run()} does.
     *
     * @return whether it ran
     */
    public boolean runIfIdle(Runnable other) {
        if (!requests.compareAndSet(0, 1)) {
            return false;
        }
        drain(1, failureOf(other));
        return true;
    }

    private void drain(int alreadyServed, @Nullable Throwable before) {
        int served = alreadyServed;
        Throwable failure = before;
        while (requests.addAndGet(-served) != 0) {
            served = requests.get();
            Throwable thrown = failureOf(work);
            failure = failure == null ? thrown : failure;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** Requests count as served even if the work throws, or the work would never run again. */
    private static @Nullable Throwable failureOf(Runnable work) {
        try {
            work.run();
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }
}
