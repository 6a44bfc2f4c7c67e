package io.taskstream.stream;

import io.taskstream.eventlog.RepeatedFailures;
import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Streams that send a number each second for a minute, as comments. When the numbers arrive shows a client whether a proxy
 * between it and the server buffers or cuts streams. Thread-safe; a stream holds no thread.
 */
public final class DoctorStreams implements AutoCloseable {

    static final int NUMBERS = 60;

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(DoctorStreams.class.getName()), "A check of a connection failed, and is ended");

    /** The most checks at a time, since each costs a wake-up a second. */
    private static final int MAX_CHECKS = 100;

    private final Semaphore slots = new Semaphore(MAX_CHECKS);
    private final Set<Check> checks = ConcurrentHashMap.newKeySet();
    private final TaskStreams streams;
    private final ScheduledExecutorService scheduler;

    public DoctorStreams(TaskStreams streams, ScheduledExecutorService scheduler) {
        this.streams = streams;
        this.scheduler = scheduler;
    }

    /** Whether {@link #begin} would refuse another check. */
    public boolean isFull() {
        return slots.availablePermits() == 0;
    }

    /**
     * Begins a check on the connection of a request, to whose response nothing is written yet.
     *
     * @param head sets the head of the response; runs only if the check begins
     * @return {@code false} if there are too many checks; then nothing has been done
     * @throws IOException if the response has no output
     */
    public boolean begin(AsyncContext exchange, Runnable head, long retryMillis) throws IOException {
        var options = new ViewerOptions(StartPosition.UNKNOWN, Duration.ofMinutes(1), false, Duration.ofMinutes(1));
        var check = new Check(streams.sink(exchange, options));
        if (!slots.tryAcquire()) {
            return false;
        }
        checks.add(check);
        try {
            head.run();
            check.turns = scheduler.scheduleWithFixedDelay(check::runTurn, 1, 1, TimeUnit.SECONDS);
            check.sink.open(retryMillis);
        } catch (RuntimeException | Error e) {
            check.stop();
            throw e;
        }
        return true;
    }

    /** Ends all checks. */
    @Override
    public void close() {
        checks.forEach(Check::end);
    }

    private final class Check {

        private final ResponseEventSink sink;
        private volatile @Nullable ScheduledFuture<?> turns;

        /** Confined to the scheduler, which runs one turn after the other. */
        private int sent;

        Check(ResponseEventSink sink) {
            this.sink = sink;
        }

        void runTurn() {
            try {
                if (!sink.isClosed()) {
                    sent++;
                    sink.write(ControlFrames.comment(Integer.toString(sent)));
                }
                if (sink.isClosed() || sent >= NUMBERS) {
                    end();
                }
            } catch (RuntimeException | Error e) {
                // The scheduler would run no further turn.
                FAILURES.report(e);
                end();
            }
        }

        /** Stops the turns and frees the slot. */
        void stop() {
            if (checks.remove(this)) {
                slots.release();
            }
            ScheduledFuture<?> running = turns;
            if (running != null) {
                running.cancel(false);
            }
        }

        void end() {
            stop();
            if (sink.blockedSince() == 0) {
                sink.close();
            } else {
                sink.abort(new TimeoutException("The viewer takes no bytes"));
            }
        }
    }
}
