package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.TaskId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Reads frames for a viewer who asked for traces: each frame whose publisher sent a {@code traceparent} (W3C Trace
 * Context) begins with a comment that holds it. The traces are kept beside the frames, so the viewers who didn't ask
 * share bytes that know nothing of them. Looking traces up may wait for a disk, and is done on a thread of its own.
 */
final class TracedFrames implements FrameReader {

    private final EventLog log;
    private final TaskId task;
    private final Executor executor;

    TracedFrames(EventLog log, TaskId task, Executor executor) {
        this.log = log;
        this.task = task;
        this.executor = executor;
    }

    @Override
    public CompletionStage<Chunk> read(long after, int maxBytes) {
        CompletionStage<Chunk> read = log.read(task, after, maxBytes);
        return read.thenApplyAsync(this::withTraces, executor);
    }

    private Chunk withTraces(Chunk chunk) {
        Map<Long, String> traces = chunk.isEmpty() ? Map.of() : traces(chunk);
        return traces.isEmpty() ? chunk : weave(chunk, traces);
    }

    private Map<Long, String> traces(Chunk chunk) {
        Map<Long, String> traces = new HashMap<>();
        long before = chunk.first().sequence() - 1;
        List<StoredEvent> events = log.history(task, before, Math.toIntExact(chunk.events()));
        for (StoredEvent event : events) {
            String trace = event.traceparent();
            if (trace != null) {
                traces.put(event.id().sequence(), trace);
            }
        }
        return traces;
    }

    private static Chunk weave(Chunk chunk, Map<Long, String> traces) {
        var frames = new ByteArrayOutputStream(chunk.length() * 2);
        int start = chunk.offset();
        for (long sequence = chunk.first().sequence(); sequence <= chunk.last(); sequence++) {
            String trace = traces.get(sequence);
            if (trace != null) {
                frames.writeBytes((": traceparent " + trace + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            int end = endOfFrame(chunk.bytes(), start);
            frames.write(chunk.bytes(), start, end - start);
            start = end;
        }
        byte[] bytes = frames.toByteArray();
        return new Chunk(chunk.first(), chunk.last(), bytes, 0, bytes.length, chunk.isEnd());
    }

    /** Behind the empty line: no line of a frame is empty before its last. */
    private static int endOfFrame(byte[] bytes, int start) {
        int end = start + 1;
        while (bytes[end] != '\n' || bytes[end - 1] != '\n') {
            end++;
        }
        return end + 1;
    }
}
