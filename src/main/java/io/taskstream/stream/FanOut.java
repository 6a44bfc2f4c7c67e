package io.taskstream.stream;

import io.taskstream.eventlog.RepeatedFailures;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the fan-out passes of all tasks on a few threads of an executor. Under load a thread goes from pass to pass
 * without being woken for each, which would cost more than the pass.
 */
public final class FanOut {

    private static final RepeatedFailures FAILURES =
            new RepeatedFailures(System.getLogger(FanOut.class.getName()), "A pass over the viewers of a task failed");

    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger idle = new AtomicInteger();
    private final Executor executor;
    private final int threads;
    private final long lingerNanos;

    /**
     * Gives each thread back as soon as there is nothing to do.
     *
     * @param threads how many passes may run at the same time, at least 1
     */
    public FanOut(Executor executor, int threads) {
        this(executor, threads, Duration.ZERO);
    }

    /**
     * @param threads how many passes may run at the same time, at least 1
     * @param linger how long a thread waits for a further pass before it is given back: to get one from a container costs
     *     more than many a pass, since it captures the caller's context each time
     */
    public FanOut(Executor executor, int threads, Duration linger) {
        this.executor = executor;
        this.threads = threads;
        this.lingerNanos = linger.toNanos();
    }

    /** Runs the pass soon, on another thread; one that was submitted earlier begins earlier. */
    void submit(Runnable pass) {
        waiting.add(pass);
        if (waiting.size() > idle.get()) {
            startThread();
        }
    }

    /** Runs what is not a pass. */
    Executor executor() {
        return executor;
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
        } catch (RuntimeException | Error e) {
            // There is no thread at present; the next submission tries to get one.
            running.decrementAndGet();
            FAILURES.report(e);
        }
    }

    private void work() {
        try {
            Runnable pass = next();
            while (pass != null) {
                run(pass);
                pass = next();
            }
        } finally {
            running.decrementAndGet();
            if (!waiting.isEmpty()) {
                startThread();
            }
        }
    }

    private @Nullable Runnable next() {
        Runnable pass = waiting.poll();
        return pass != null || lingerNanos == 0 ? pass : await();
    }

    private @Nullable Runnable await() {
        idle.incrementAndGet();
        try {
            return waiting.poll(lingerNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // The server is shutting down.
            Thread.currentThread().interrupt();
            return null;
        } finally {
            idle.decrementAndGet();
        }
    }

    /** One task's failure is no other's: their passes may be waiting behind this one. */
    private static void run(Runnable pass) {
        try {
            pass.run();
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
    }
}
