package io.taskstream.stream;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one piece of work, serially, for whoever asks: the first to ask runs it, and runs it again until nobody has asked
 * meanwhile. Nobody waits, and after each call to {@link #run()} the work begins at least once more. Thread-safe.
 */
public final class SerialRunner {

    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable work;

    /**
     * @param work throws nothing
     */
    public SerialRunner(Runnable work) {
        this.work = work;
    }

    /** Sees to it that the work is run, by this thread or by the one that is running it. */
    public void run() {
        if (asked.getAndIncrement() == 0) {
            drain(0);
        }
    }

    /**
     * Runs something else in the work's place, but only if the work is not being run; what is asked for meanwhile follows.
     *
     * @param other throws nothing
     * @return whether it was run
     */
    public boolean runIfIdle(Runnable other) {
        if (!asked.compareAndSet(0, 1)) {
            return false;
        }
        other.run();
        drain(1);
        return true;
    }

    private void drain(int done) {
        int answered = done;
        while (asked.addAndGet(-answered) != 0) {
            answered = asked.get();
            work.run();
        }
    }
}
