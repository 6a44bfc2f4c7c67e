package io.taskstream.text;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Frames;
import io.taskstream.task.EventReader;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of consecutive events, some at a time, so that the heap never holds all of it. The text of a task is all its
 * {@code message_delta} texts joined; other events have none. Not thread-safe.
 */
public final class TextReader {

    /** The most bytes of frames that are read at once. */
    private static final int READ_BYTES = 64 * 1024;

    private final EventLog log;
    private final EventReader events;
    private final TaskId task;
    private final String epoch;
    private final long last;
    private long next;
    private long bytes;

    /**
     * @param first the first event to be read
     * @param last the sequence of the last one
     */
    public TextReader(EventLog log, EventReader events, TaskId task, EventId first, long last) {
        this.log = log;
        this.events = events;
        this.task = task;
        this.epoch = first.epoch();
        this.next = first.sequence();
        this.last = last;
    }

    /** The text of one event; empty for an event that is no text. */
    public record Delta(long sequence, String text) {}

    /** Returns the sequence of the next event to be read. */
    public long next() {
        return next;
    }

    /** Returns the bytes of the frames that were read. */
    public long bytes() {
        return bytes;
    }

    public boolean isAtEnd() {
        return next > last;
    }

    /**
     * Reads on. The stage may complete on a thread that must not block.
     *
     * @return the next events, maybe none, but no empty deltas; or {@link EventLogException.Unavailable} if the log no longer has
     *     these events
     */
    public CompletionStage<List<Delta>> read() {
        return log.read(task, next - 1, READ_BYTES).thenApply(this::deltas);
    }

    private List<Delta> deltas(Chunk chunk) {
        if (chunk.isEmpty() || !chunk.first().equals(new EventId(epoch, next))) {
            throw new EventLogException.Unavailable("The log has changed while its text was read", null);
        }
        bytes += chunk.length();
        List<Delta> deltas = new ArrayList<>();
        byte[] frames = chunk.bytes();
        int end = chunk.offset() + chunk.length();
        for (int at = chunk.offset(); at < end && !isAtEnd(); next++) {
            int frameEnd = Frames.end(frames, at);
            @Nullable String text = events.textOf(Frames.data(frames, at, frameEnd - at));
            if (text == null || !text.isEmpty()) {
                deltas.add(new Delta(next, text == null ? "" : text));
            }
            at = frameEnd;
        }
        return deltas;
    }

    /**
     * Passes the deltas on until the last, or until the visitor returns false. Each call of the visitor is a piece of work of
     * its own for the executor, so that a long text does not keep a thread from others.
     *
     * @return completes when the visitor was called for the last time
     */
    public CompletionStage<Void> forEach(Executor executor, Predicate<List<Delta>> visitor) {
        var done = new CompletableFuture<Void>();
        visitNext(executor, visitor, done);
        return done;
    }

    private void visitNext(Executor executor, Predicate<List<Delta>> visitor, CompletableFuture<Void> done) {
        if (isAtEnd()) {
            done.complete(null);
            return;
        }
        try {
            read().thenAcceptAsync(
                            deltas -> {
                                if (visitor.test(deltas)) {
                                    visitNext(executor, visitor, done);
                                } else {
                                    done.complete(null);
                                }
                            },
                            executor)
                    .exceptionally(error -> {
                        done.completeExceptionally(error);
                        return null;
                    });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(
                    new CompletionException(new EventLogException.Unavailable("The server has no thread", e)));
        }
    }
}
