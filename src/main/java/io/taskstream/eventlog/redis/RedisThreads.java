package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.RepeatedFailures;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * Who works for the engine. Lettuce has threads of its own, one for each connection at most, that read, write and decode;
 * whatever is done with an answer, and may take its time, is done by the executor.
 *
 * @param executor deals with what Redis answers, and completes what callers wait for
 * @param scheduler turns timers
 * @param nanos a monotonic clock, in nanoseconds
 */
public record RedisThreads(Executor executor, ScheduledExecutorService scheduler, LongSupplier nanos) {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(RedisThreads.class.getName()), "What Redis answered could not be dealt with");

    /** Has the work done by the executor or, if that takes none since the server stops, by this thread: somebody waits. */
    void execute(Runnable work) {
        try {
            executor.execute(() -> run(work));
        } catch (RejectedExecutionException e) {
            run(work);
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
            run(work);
        }
    }

    /** Nobody would hear of what it throws. */
    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
    }
}
