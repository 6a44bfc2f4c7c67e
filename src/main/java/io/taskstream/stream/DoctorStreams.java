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
 * Streams that carry a number each second for a minute, as comments, and nothing else. How they arrive tells what stands
 * between the server and a viewer. Thread-safe; a stream holds no thread.
 */
public final class DoctorStreams implements AutoCloseable {

    static final int NUMBERS = 60;

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(DoctorStreams.class.getName()), "A check of a connection failed, and is ended");

    /** More are refused: nobody needs them, and each costs a wake-up a second. */
    private static final int MOST = 100;

    private final Semaphore slots = new Semaphore(MOST);
    private final Set<Check> checks = ConcurrentHashMap.newKeySet();
    private final TaskStreams streams;
    private final ScheduledExecutorService scheduler;

    public DoctorStreams(TaskStreams streams, ScheduledExecutorService scheduler) {
        this.streams = streams;
        this.scheduler = scheduler;
    }

    /** Whether another check would be one too many. */
    public boolean isFull() {
        return slots.availablePermits() == 0;
    }

    /**
     * Begins a check on the connection of a request, whose response has nothing written.
     *
     * @param head sets the response's head; run only if the check begins
     * @return {@code false} if it would be one too many; nothing has been done then
     * @throws IOException if the response has no output
     */
    public boolean begin(AsyncContext exchange, Runnable head, long retryMillis) throws IOException {
        var options = new ViewerOptions(StreamStart.NOWHERE, Duration.ofMinutes(1), false, Duration.ofMinutes(1));
        var check = new Check(streams.sink(exchange, options));
        if (!slots.tryAcquire()) {
            return false;
        }
        checks.add(check);
        try {
            head.run();
            check.turns = scheduler.scheduleAtFixedRate(check::turn, 1, 1, TimeUnit.SECONDS);
            check.sink.open(retryMillis);
        } catch (RuntimeException | Error e) {
            check.leave();
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

        /** Touched by the scheduler's turns only, which follow one another. */
        private int sent;

        Check(ResponseEventSink sink) {
            this.sink = sink;
        }

        void turn() {
            try {
                sendNext();
            } catch (IllegalStateException e) {
                // It was closed just now.
                end();
            } catch (RuntimeException | Error e) {
                // The scheduler would not run this again.
                FAILURES.report(e);
                end();
            }
        }

        private void sendNext() {
            if (sink.isClosed()) {
                end();
                return;
            }
            sent++;
            sink.send(new FrameEvent(null, null, Integer.toString(sent), null));
            if (sent >= NUMBERS) {
                end();
            }
        }

        /** Gives its slot back. */
        void leave() {
            if (checks.remove(this)) {
                slots.release();
            }
            ScheduledFuture<?> running = turns;
            if (running != null) {
                running.cancel(false);
            }
        }

        void end() {
            leave();
            if (sink.blockedSince() == 0) {
                sink.close();
            } else {
                sink.abort(new TimeoutException("The viewer takes no bytes"));
            }
        }
    }
}
