package io.taskstream.stream;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs one piece of work, serially, for whoever asks: the first to ask runs it, and runs it again until nobody has asked
 * meanwhile. Nobody waits, and after each call to {@link #run()} the work begins at least once more. Work that throws is
 * run again for whoever asks next, as any other is. Thread-safe.
 */
public final class SerialRunner {

    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable work;

    public SerialRunner(Runnable work) {
        this.work = work;
    }

    /**
     * Sees to it that the work is run, by this thread or by the one that is running it. Where it is this one, it throws
     * what the work threw first, once nobody asks any more.
     */
    public void run() {
        if (asked.getAndIncrement() == 0) {
            drain(0, null);
        }
    }

    /**
     * Runs something else in the work's place, but only if the work is not being run; what is asked for meanwhile follows.
     * Throws what that or the work threw first.
     *
     * @return whether it was run
     */
    public boolean runIfIdle(Runnable other) {
        if (!asked.compareAndSet(0, 1)) {
            return false;
        }
        drain(1, failureOf(other));
        return true;
    }

    private void drain(int done, @Nullable Throwable before) {
        int answered = done;
        Throwable failure = before;
        while (asked.addAndGet(-answered) != 0) {
            answered = asked.get();
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

    /** What was asked for is counted as done, whether or not it threw: or nothing would ever be run again. */
    private static @Nullable Throwable failureOf(Runnable work) {
        try {
            work.run();
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }
}
