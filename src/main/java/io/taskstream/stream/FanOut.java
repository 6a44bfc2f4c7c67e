package io.taskstream.stream;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the fan-out passes of all tasks on a few threads of an executor. Under load a thread goes from pass to pass
 * without being woken for each, which would cost more than the pass.
 */
public final class FanOut {

    private static final Logger LOG = System.getLogger(FanOut.class.getName());

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final Executor executor;
    private final int threads;

    /**
     * @param threads how many passes may run at the same time, at least 1
     */
    public FanOut(Executor executor, int threads) {
        this.executor = executor;
        this.threads = threads;
    }

    /** Runs the pass soon, on another thread; one that was submitted earlier begins earlier. */
    void submit(Runnable pass) {
        waiting.add(pass);
        startThread();
    }

    private void startThread() {
        int now = running.get();
        while (now < threads) {
            if (running.compareAndSet(now, now + 1)) {
                execute();
                return;
            }
            now = running.get();
        }
    }

    private void execute() {
        try {
            executor.execute(this::work);
        } catch (RejectedExecutionException e) {
            // The server is shutting down and closes the streams itself.
            running.decrementAndGet();
        }
    }

    private void work() {
        try {
            Runnable pass = waiting.poll();
            while (pass != null) {
                run(pass);
                pass = waiting.poll();
            }
        } finally {
            running.decrementAndGet();
        }
        if (!waiting.isEmpty()) {
            startThread();
        }
    }

    /** One task's failure is no other's: their passes may be waiting behind this one. */
    private static void run(Runnable pass) {
        try {
            pass.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "A pass over the viewers of a task failed", e);
        }
    }
}
