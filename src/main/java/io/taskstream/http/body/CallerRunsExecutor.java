package io.taskstream.http.body;

import io.taskstream.eventlog.Publishers;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An executor that loses no work. The calling thread runs what the other executor refuses, as a managed one does when its
 * queue is full, when the process may have no further thread, and while the application is undeployed: a request waits for that
 * work, and would never be answered. Thread-safe.
 */
final class CallerRunsExecutor implements Executor {

    private final Executor executor;
    private final Publishers publishers;

    /**
     * @param publishers when they have been ended, the calling thread runs all work: Payara's executor drops that of an
     *     application that is undeployed, without a word
     */
    CallerRunsExecutor(Executor executor, Publishers publishers) {
        this.executor = executor;
        this.publishers = publishers;
    }

    /** Runs the work once, on a thread of the other executor or on this one. */
    @Override
    public void execute(Runnable work) {
        if (publishers.areEnded()) {
            work.run();
            return;
        }
        var once = new Once(work);
        try {
            executor.execute(once);
        } catch (RuntimeException | Error e) {
            // A pool may fail to start a thread, and still keep the work for the threads that it has.
            if (!once.tryRun()) {
                throw e;
            }
        }
    }

    private static final class Once implements Runnable {

        private final Runnable work;
        private final AtomicBoolean begun = new AtomicBoolean();

        Once(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            boolean unused = tryRun();
        }

        boolean tryRun() {
            boolean isFirst = begun.compareAndSet(false, true);
            if (isFirst) {
                work.run();
            }
            return isFirst;
        }
    }
}
