package io.taskstream.ops;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.RepeatedFailures;
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
 * Sends all viewers away, little by little, so that they don't come back together, lets publishers finish, and closes the
 * log. It happens once, and is not taken back: a server that has drained is one to be stopped.
 *
 * <p>Thread-safe. Whoever {@link #run runs} it gives it the thread; the streams themselves need none.
 */
public final class Drain {

    private static final Logger LOG = System.getLogger(Drain.class.getName());

    private static final RepeatedFailures FAILURES =
            new RepeatedFailures(LOG, "A viewer could not be sent away; its stream is ended with the last of them");

    /** What a server takes, once the window is over, to be gone. In milliseconds. */
    private static final long GOING = 1_000;

    private static final Duration LOOK = Duration.ofMillis(50);

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
     * @param log is closed in the end
     * @param window the time over which the viewers leave, and which publishers have
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

    /** How far it is. */
    public enum State {
        /** New viewers are welcome. */
        SERVING,
        /** Viewers are leaving. */
        DRAINING,
        /** All have left, and the log is closed. */
        DRAINED
    }

    public State state() {
        return state;
    }

    /** How long it takes at most. */
    public Duration window() {
        return window;
    }

    /**
     * Drains and returns when it is done: after the window, or earlier if nobody is there. A call while another runs waits
     * for that one. If the thread is interrupted, what is left to do is done at once.
     */
    public void run() {
        if (!begun.compareAndSet(false, true)) {
            awaitDone();
            return;
        }
        state = State.DRAINING;
        try {
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
                log.close();
            } finally {
                state = State.DRAINED;
                done.countDown();
            }
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
            while (publishers.count() > 0 && ticker.nanos() - began < window.toNanos()) {
                pause.take(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.log(
                Level.INFO,
                "Drained: {0} viewers have left, {1} publishers are cut off",
                leaving.size(),
                publishers.count());
    }

    /** One viewer's failure must not send all the others away at once. */
    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
    }

    /**
     * Longer for whoever leaves later, so that the returns are spread evenly over twice the window, and further attempts
     * are too. Nobody is to find the server while it is going: most would answer 404 by then, after which a browser's
     * EventSource never comes back, whereas it does from a port that is closed.
     */
    private long retryMillis(int index, int count) {
        return window.toMillis() + GOING + share(window.toMillis(), index, count);
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
}
