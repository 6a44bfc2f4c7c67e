package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.metrics.StreamMeters;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The place that one viewer has reached in a log, and all that is kept of what the viewer still has to get. Whatever
 * the log does not hold any more is told in a frame, so that no hole is silent.
 *
 * <p>Confined to whoever writes to the viewer.
 */
final class Cursor {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(Cursor.class.getName()), "A log could not be read for a viewer; it is tried again");

    private final FrameReader reader;
    private final Runnable wake;
    private final Consumer<Runnable> later;
    private final StreamMeters meters;

    private EventId reached;
    private boolean isKnownHere;
    private boolean started;
    private boolean caughtUp;
    private boolean atEnd;
    private @Nullable CompletableFuture<Chunk> reading;

    /** Whether a read that failed will be tried again without being woken. Touched by any thread. */
    private volatile boolean retries;

    /**
     * @param reader reads the log
     * @param start the event behind which to begin
     * @param wake is run, by any thread, when a read that took time has ended, or a read that failed is to be tried again
     * @param later has something run, by any thread, after the time that a log may take to come back
     */
    Cursor(FrameReader reader, StreamStart start, Runnable wake, Consumer<Runnable> later, StreamMeters meters) {
        this.reader = reader;
        this.reached = start.after();
        this.isKnownHere = start.isKnown();
        this.wake = wake;
        this.later = later;
        this.meters = meters;
    }

    /** Whether the log has been read to its end, or is gone. */
    boolean isAtEnd() {
        return atEnd;
    }

    /** Whether the log's end, as it then was, has been reached once. */
    boolean isCaughtUp() {
        return caughtUp;
    }

    /** The next frames, at most that many bytes but at least one frame, or {@code null} if there are none for now. */
    @Nullable
    Chunk next(int maxBytes) {
        Chunk chunk = atEnd ? null : read(maxBytes);
        if (chunk == null) {
            return null;
        }
        EventId first = chunk.first();
        if (!isKnownHere || !first.epoch().equals(reached.epoch())) {
            meters.reset().increment();
            return notice(ControlFrames.reset(reached, first), first);
        }
        if (first.sequence() > reached.sequence() + 1) {
            return notice(hole(first.sequence()), first);
        }
        atEnd = chunk.isEnd();
        caughtUp |= atEnd || chunk.isEmpty();
        // Whoever has been at the log's end has begun: what is missed after that was missed by being slow.
        started = true;
        if (chunk.isEmpty()) {
            return null;
        }
        reached = reached.at(chunk.last());
        return chunk;
    }

    private byte[] hole(long nextKept) {
        long firstMissing = reached.sequence() + 1;
        if (started) {
            meters.lags().increment();
            meters.dropped().add(nextKept - firstMissing);
            return ControlFrames.lag(nextKept - firstMissing);
        }
        meters.trimmed().increment();
        return ControlFrames.trimmed(reached.at(firstMissing), reached.at(nextKept - 1));
    }

    /** Goes on before {@code first}, which is read again after the notice: the log may have moved on by then. */
    private Chunk notice(byte[] frame, EventId first) {
        reached = first.at(first.sequence() - 1);
        isKnownHere = true;
        return new Chunk(first, reached.sequence(), frame, 0, frame.length, false);
    }

    private @Nullable Chunk read(int maxBytes) {
        if (reading == null) {
            reading =
                    reader.read(isKnownHere ? reached.sequence() : 0, maxBytes).toCompletableFuture();
            // This very future is to be done when the wake-up looks, and not one that completes after or before it.
            CompletionStage<Chunk> read = reading;
            if (!reading.isDone()) {
                read.whenComplete((chunk, error) -> wake.run());
            }
        }
        if (!reading.isDone()) {
            return null;
        }
        CompletableFuture<Chunk> read = reading;
        reading = null;
        try {
            return read.join();
        } catch (CompletionException e) {
            failed(e.getCause());
            return null;
        }
    }

    /** Without its log the stream is at its end. Any other exception passes, and the viewer wants to know when. */
    private void failed(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof EventLogException.NoSuchTask) {
            atEnd = true;
            return;
        }
        if (failure != null && !(failure instanceof EventLogException)) {
            FAILURES.report(failure);
        }
        if (!retries) {
            retries = true;
            later.accept(this::retry);
        }
    }

    private void retry() {
        retries = false;
        wake.run();
    }
}
