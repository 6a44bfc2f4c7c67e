package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.TaskId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Reads the frames of one log as one viewer wants them; never blocks. */
@FunctionalInterface
interface FrameReader {

    /** Reads the frames that follow a sequence (see {@link EventLog#read}). */
    CompletionStage<Chunk> read(long after, int maxBytes);

    /**
     * Returns a reader that puts a comment with the {@code traceparent} (W3C Trace Context) before each event that was
     * published with one.
     *
     * <p>The frames in the log hold no traces, so that the viewers who ask for none share them uncopied. The frames with
     * traces are made anew from the log's history, which may wait for a disk.
     *
     * @param executor reads the history
     */
    static FrameReader traced(EventLog log, TaskId task, Executor executor) {
        // At the log's end no thread is needed. Or each quiet task of a merged stream would wake all others, for ever.
        return (after, maxBytes) -> log.read(task, after, maxBytes)
                .thenCompose(chunk -> chunk.isEmpty()
                        ? CompletableFuture.completedStage(chunk)
                        : CompletableFuture.supplyAsync(() -> withTraces(log, task, chunk), executor));
    }

    private static Chunk withTraces(EventLog log, TaskId task, Chunk chunk) {
        List<StoredEvent> events = log.history(task, chunk.first().sequence() - 1, Math.toIntExact(chunk.events()));
        // If the log moved on since the read, the history is of other events, and the chunk goes without traces.
        if (events.isEmpty() || !events.get(0).id().equals(chunk.first())) {
            return chunk;
        }
        var frames = new ByteArrayOutputStream(chunk.length() * 2);
        for (StoredEvent event : events) {
            if (event.traceparent() != null) {
                frames.writeBytes((": traceparent " + event.traceparent() + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            frames.writeBytes(Frames.encode(event.id(), event.data()));
        }
        long last = events.get(events.size() - 1).id().sequence();
        return new Chunk(
                chunk.first(), last, frames.toByteArray(), 0, frames.size(), chunk.isEnd() && last == chunk.last());
    }
}
