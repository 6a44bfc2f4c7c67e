package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.metrics.StreamMeters;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The position that one viewer has reached in a log, and all that is kept of what the viewer still has to get.
 *
 * <p>No hole is silent: if the log no longer has the next event, the cursor returns a notice before it goes on with the
 * oldest event that is kept. The notice is a {@code gap} if the viewer asked for events that are not there, and a
 * {@code lag} if it lost them by being slow.
 *
 * <p>Confined to the viewer's writer.
 */
final class Cursor implements ResponseViewer.Feed {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(Cursor.class.getName()), "A log could not be read for a viewer; it is tried again");

    private final FrameReader reader;
    private final Runnable wake;
    private final Consumer<Runnable> retryLater;
    private final Supplier<ProducerWatch.Snapshot> producers;
    private final IntSupplier passes;
    private final StreamMeters meters;

    private EventId reached;

    /** Whether {@link #reached} is a position in this log. */
    private boolean isKnown;

    /** Whether the viewer has got an event, or has been at the log's end. */
    private boolean started;

    private boolean caughtUp;

    /** The uploads of which the viewer knows that their producer is lost. */
    private final Set<String> lostProducers = new HashSet<>(0);

    private boolean atEnd;
    private @Nullable CompletableFuture<Chunk> reading;

    /** The number of passes when the last read began. */
    private int passesBefore;

    /** Whether a retry of a failed read is scheduled. Used by any thread. */
    private volatile boolean retries;

    /**
     * @param wake runs, on any thread, when a read has completed that could not complete at once, or is to be tried again
     * @param retryLater runs its argument, on any thread, after the time that a log may take to recover
     * @param producers returns the state of the task's producers
     * @param passes returns how many passes over the task's viewers have begun; after an append one more begins
     */
    Cursor(
            FrameReader reader,
            StartPosition start,
            Runnable wake,
            Consumer<Runnable> retryLater,
            Supplier<ProducerWatch.Snapshot> producers,
            IntSupplier passes,
            StreamMeters meters) {
        this.reader = reader;
        this.reached = start.after();
        this.isKnown = start.isKnown();
        this.wake = wake;
        this.retryLater = retryLater;
        this.producers = producers;
        this.passes = passes;
        this.meters = meters;
    }

    @Override
    public boolean isAtEnd() {
        return atEnd;
    }

    @Override
    public boolean isCaughtUp() {
        return caughtUp;
    }

    /** Returns the last event that the viewer has got, or that a notice has told it of. */
    EventId reached() {
        return reached;
    }

    @Override
    public @Nullable Chunk next(int maxBytes) {
        Chunk chunk = atEnd ? null : read(maxBytes);
        if (chunk == null) {
            return null;
        }
        EventId first = chunk.first();
        if (!isKnown || !first.epoch().equals(reached.epoch())) {
            meters.reset().increment();
            return notice(ControlFrames.reset(reached, first), first);
        }
        if (first.sequence() > reached.sequence() + 1) {
            return notice(lost(first.sequence()), first);
        }
        atEnd = chunk.isEnd();
        caughtUp |= atEnd || chunk.isEmpty();
        started = true;
        if (chunk.isEmpty()) {
            return atEnd ? null : producerNotice(first);
        }
        reached = reached.at(chunk.last());
        return chunk;
    }

    /** Tells of the producers behind all events, so that it says how things are now. */
    private @Nullable Chunk producerNotice(EventId next) {
        byte[] frame = producers.get().tell(lostProducers);
        return frame == null ? null : notice(frame, next);
    }

    /** Decides between {@code lag} and {@code gap}: a viewer that had started lost the events by being slow. */
    private byte[] lost(long nextKept) {
        long firstMissing = reached.sequence() + 1;
        if (started) {
            meters.lags().increment();
            meters.dropped().add(nextKept - firstMissing);
            return ControlFrames.lag(nextKept - firstMissing);
        }
        meters.trimmed().increment();
        return ControlFrames.trimmed(reached.at(firstMissing), reached.at(nextKept - 1));
    }

    /** Goes on before {@code first}, which is read again after the notice: it may be trimmed by then, too. */
    private Chunk notice(byte[] frame, EventId first) {
        reached = first.at(first.sequence() - 1);
        isKnown = true;
        return new Chunk(first, reached.sequence(), frame, 0, frame.length, false);
    }

    private @Nullable Chunk read(int maxBytes) {
        Chunk chunk = readOnce(maxBytes);
        // A pass during the read found the viewer reading, and its event may have come too late for the read.
        while (chunk != null && chunk.isEmpty() && passes.getAsInt() != passesBefore) {
            chunk = readOnce(maxBytes);
        }
        return chunk;
    }

    private @Nullable Chunk readOnce(int maxBytes) {
        if (reading == null) {
            passesBefore = passes.getAsInt();
            reading = reader.read(isKnown ? reached.sequence() : 0, maxBytes).toCompletableFuture();
            // Not on a dependent stage: this very future must be done when the wake-up looks at it.
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

    /** Ends the stream if the task is deleted; retries after any other exception. */
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
            retryLater.accept(this::retry);
        }
    }

    private void retry() {
        retries = false;
        wake.run();
    }
}
