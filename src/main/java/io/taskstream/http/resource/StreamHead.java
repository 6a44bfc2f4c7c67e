package io.taskstream.http.resource;

import io.taskstream.http.Problem;
import io.taskstream.http.UnpooledOutput;
import io.taskstream.stream.TaskStreams;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The head of every event stream. */
final class StreamHead {

    private static final int SHORTEST_RETRY_MILLIS = 2_000;
    private static final int LONGEST_RETRY_MILLIS = 4_000;

    /** No proxy may store or change the stream; nginx would delay frames until its buffer is full. */
    private static final Map<String, String> FIELDS =
            Map.of(HttpHeaders.CACHE_CONTROL, "no-cache, no-transform", "X-Accel-Buffering", "no");

    private StreamHead() {}

    static void write(HttpServletResponse response) {
        UnpooledOutput.use(response);
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(MediaType.SERVER_SENT_EVENTS);
        FIELDS.forEach(response::setHeader);
    }

    /** Returns the answer to HEAD. */
    static Response answer() {
        Response.ResponseBuilder head = Response.ok();
        FIELDS.forEach(head::header);
        return head.type(MediaType.SERVER_SENT_EVENTS).build();
    }

    /** Returns a random reconnection time, so that viewers that lost a server do not return together. */
    static long retryMillis() {
        return ThreadLocalRandom.current().nextLong(SHORTEST_RETRY_MILLIS, LONGEST_RETRY_MILLIS + 1);
    }

    /** Answers 503 if the server drains, with a random time for each viewer to retry. */
    static void refuseWhileDraining(TaskStreams streams) {
        Duration window = streams.drainWindow();
        if (window == null) {
            return;
        }
        long seconds = ThreadLocalRandom.current().nextLong(1, window.toSeconds() + 2);
        Response refusal = Response.fromResponse(
                        Problem.of(503, "This server is about to stop and accepts no new viewers")
                                .response())
                .header(HttpHeaders.RETRY_AFTER, null)
                .header(HttpHeaders.RETRY_AFTER, seconds)
                .build();
        throw new WebApplicationException(refusal);
    }
}
