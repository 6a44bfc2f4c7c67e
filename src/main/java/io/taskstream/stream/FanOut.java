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
 * Runs the fan-out passes of all tasks, in the order of their submission, on a few threads of an executor. Under load a
 * thread goes from pass to pass without a wake-up for each, which would cost more than the pass. Thread-safe.
 */
public final class FanOut {

    private static final RepeatedFailures FAILURES =
            new RepeatedFailures(System.getLogger(FanOut.class.getName()), "A pass over the viewers of a task failed");

    /** How long passes wait at most after the executor has refused a thread. */
    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger idle = new AtomicInteger();
    private final Executor executor;
    private final int threads;
    private final long lingerNanos;

    /**
     * A fan-out that returns each thread to the executor as soon as no pass is waiting.
     *
     * @param threads how many passes may run at the same time, at least 1
     */
    public FanOut(Executor executor, int threads) {
        this(executor, threads, Duration.ZERO);
    }

    /**
     * @param threads how many passes may run at the same time, at least 1
     * @param linger how long a thread waits for a further pass before it returns to the executor: a container captures the
     *     caller's context for each thread it hands out, which costs more than many a pass
     */
    public FanOut(Executor executor, int threads, Duration linger) {
        this.executor = executor;
        this.threads = threads;
        this.lingerNanos = linger.toNanos();
    }

    /** Has the pass run on another thread; never blocks. */
    void submit(Runnable pass) {
        waiting.add(pass);
        startThreadIfNeeded();
    }

    /**
     * Returns a timer that tries again if the executor has refused a thread. The tasks whose passes wait submit no other, and the
     * thread that submits must not run them: it may be the one that commits.
     */
    Heartbeats.Timer retries() {
        return new Heartbeats.Timer() {
            @Override
            long fire(long now) {
                startThreadIfNeeded();
                return now + RETRY_NANOS;
            }
        };
    }

    private void startThreadIfNeeded() {
        if (waiting.size() > idle.get()) {
            startThread();
        }
    }

    /** Returns the executor, for work that may block. */
    Executor executor() {
        return executor;
    }

    private void startThread() {
        for (int now = running.get(); now < threads; now = running.get()) {
            if (running.compareAndSet(now, now + 1)) {
                execute();
                return;
            }
        }
    }

    private void execute() {
        try {
            executor.execute(this::work);
        } catch (RejectedExecutionException e) {
            // The server is shutting down, which ends the streams, or has no thread at present: the timer tries again.
            running.decrementAndGet();
        } catch (RuntimeException | Error e) {
            // There is no thread at present; the timer or the next submission tries again.
            running.decrementAndGet();
            FAILURES.report(e);
        }
    }

    private void work() {
        try {
            for (Runnable pass = next(); pass != null; pass = next()) {
                run(pass);
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
        if (pass != null || lingerNanos == 0) {
            return pass;
        }
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

    /** A pass that fails does not keep the passes of other tasks from running. */
    private static void run(Runnable pass) {
        try {
            pass.run();
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
    }
}
