package io.taskstream.ops;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.Ticker;
import io.taskstream.stream.Viewer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The drain of a server. It disconnects all viewers one after the other, so that they do not reconnect together, lets
 * publishers finish, ends those that do not, and closes the log. It happens once and cannot be undone: a drained server is to be stopped.
 *
 * <p>Thread-safe. It needs the thread that {@linkplain #run runs} it; the streams need none.
 */
public final class Drain {

    private static final Logger LOG = System.getLogger(Drain.class.getName());

    private static final RepeatedFailures FAILURES =
            new RepeatedFailures(LOG, "A viewer could not be disconnected; its stream ends with the last of them");

    /** How long a server takes to stop once the window is over. In milliseconds. */
    private static final long STOPPING = 1_000;

    /** How long publishers that are ended have to answer, until the log is closed. */
    private static final Duration ANSWERING = Duration.ofSeconds(1);

    private static final Duration POLL = Duration.ofMillis(50);

    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);
    private final TaskStreams streams;
    private final Publishers publishers;
    private final EventLog log;
    private final Duration window;
    private final Ticker ticker;
    private final Pause pause;

    private volatile State state = State.SERVING;

    /**
     * @param log is closed at the end
     * @param window the time over which the viewers are disconnected, and which publishers have to finish
     */
    public Drain(
            TaskStreams streams, Publishers publishers, EventLog log, Duration window, Ticker ticker, Pause pause) {
        this.streams = streams;
        this.publishers = publishers;
        this.log = log;
        this.window = window;
        this.ticker = ticker;
        this.pause = pause;
    }

    /** The state of a drain. */
    public enum State {
        /** It has not begun; new viewers are accepted. */
        SERVING,
        /** Viewers are being disconnected. */
        DRAINING,
        /** All viewers are disconnected, and the log is closed. */
        DRAINED
    }

    public State state() {
        return state;
    }

    /** Returns how long it takes at most. */
    public Duration window() {
        return window;
    }

    /** Refuses new viewers from now on. {@link #run} does the rest. */
    public synchronized void begin() {
        if (state == State.SERVING) {
            state = State.DRAINING;
            streams.beginDrain(window);
        }
    }

    /**
     * Drains, and returns when that is done: after the window, or earlier without viewers and publishers. A call while another
     * runs waits for that one. If the thread is interrupted, the rest is done at once.
     */
    public void run() {
        if (!begun.compareAndSet(false, true)) {
            awaitDone();
            return;
        }
        try {
            begin();
            drain();
        } finally {
            close();
        }
    }

    private void close() {
        try {
            streams.close();
        } finally {
            try {
                endPublishers();
            } finally {
                closeLog();
            }
        }
    }

    private void closeLog() {
        try {
            log.close();
        } finally {
            state = State.DRAINED;
            done.countDown();
        }
    }

    /** Has the publishers that are left answer, as long as the log takes what they have sent. */
    private void endPublishers() {
        publishers.endAll(new EventLogException.Unavailable("This server is going to stop", null));
        try {
            awaitPublishers(ANSWERING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitPublishers(Duration patience) throws InterruptedException {
        long began = ticker.nanos();
        while (publishers.count() > 0 && ticker.nanos() - began < patience.toNanos()) {
            pause.take(POLL);
        }
    }

    private void awaitDone() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain() {
        long began = ticker.nanos();
        // Again, for the viewers of now: some may have been admitted while it began.
        List<Viewer> leaving = streams.beginDrain(window);
        LOG.log(
                Level.INFO,
                "Draining: {0} viewers are sent away over {1} s; {2} publishers have as long to finish",
                leaving.size(),
                window.toSeconds(),
                publishers.count());
        for (int i = 0; i < leaving.size(); i++) {
            Viewer viewer = leaving.get(i);
            long retryMillis = retryMillis(i, leaving.size());
            attempt(() -> viewer.setRetry(retryMillis));
        }
        try {
            for (int i = 0; i < leaving.size(); i++) {
                pauseUntil(began + share(window.toNanos(), i, leaving.size()));
                attempt(leaving.get(i)::drain);
            }
            awaitPublishers(window.minusNanos(ticker.nanos() - began));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.log(
                Level.INFO,
                "Drained: {0} viewers have left, {1} publishers are still there and are ended",
                leaving.size(),
                publishers.count());
    }

    /** A failure with one viewer must not disconnect all the others at once. */
    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
    }

    /**
     * Returns a longer time for a viewer that leaves later, so that viewers reconnect, and retry, evenly over twice the window.
     * None should find the server while it stops: most servers answer 404 then, after which a browser's {@code EventSource}
     * never reconnects, whereas it does after a closed port.
     */
    private long retryMillis(int index, int count) {
        return window.toMillis() + STOPPING + share(window.toMillis(), index, count);
    }

    private static long share(long whole, int index, int count) {
        return (long) ((double) whole * index / count);
    }

    private void pauseUntil(long nanos) throws InterruptedException {
        long left = nanos - ticker.nanos();
        if (left > 0) {
            pause.take(Duration.ofNanos(left));
        }
    }

    /** Lets time pass; tests let it pass by hand. */
    @FunctionalInterface
    public interface Pause {

        /**
         * Returns after this time.
         *
         * @throws InterruptedException if the thread is interrupted, which ends the wait
         */
        void take(Duration duration) throws InterruptedException;

        /** Returns the same with regular sweeps, because the scheduler may not run the heartbeats any more. */
        default Pause sweeping(Heartbeats heartbeats) {
            return duration -> {
                Duration left = duration;
                while (left.compareTo(Heartbeats.PERIOD) > 0) {
                    take(Heartbeats.PERIOD);
                    heartbeats.sweep();
                    left = left.minus(Heartbeats.PERIOD);
                }
                take(left);
                heartbeats.sweep();
            };
        }

        /** Returns a pause that sleeps. */
        static Pause system() {
            return duration -> Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000);
        }
    }
}
