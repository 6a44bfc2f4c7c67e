package io.taskstream.it.wire;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Streams NDJSON, and continues after the last event in the log. */
public final class LineProducer extends Producer {

    private static final int LINES = 2_000;

    public LineProducer(Calls calls, String task, LongSupplier watched) {
        super(calls, task, watched, Duration.ZERO);
    }

    @Override
    Attempt publish(long last) {
        long sent = last + LINES;
        byte[] lines = LongStream.rangeClosed(last + 1, sent)
                .mapToObj(Producer::event)
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
        // Of unknown length, so it is sent in chunks.
        var body = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(lines));
        return new Attempt(sent, calls.publish(task, "application/x-ndjson", body));
    }

    @Override
    long goOnBehind(long acknowledged, long found) {
        return found;
    }
}
