package io.taskstream.stream;

import io.taskstream.client.Names;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.Frames;
import io.taskstream.task.EventReader;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** The frames of a stream that are not events of the log. None has an {@code id}, but for those of {@link #of}. */
final class ControlFrames {

    private static final byte[] HEARTBEAT_COMMENT = ascii(": heartbeat\n\n");
    private static final byte[] HEARTBEAT_EVENT = ascii("event: " + Names.HEARTBEAT + "\ndata: {}\n\n");

    private ControlFrames() {}

    /** Sets the viewer's reconnection time. */
    static byte[] retry(long millis) {
        return ascii("retry: " + millis + "\n\n");
    }

    /** Returns a heartbeat: a comment, or an event, which browser scripts can see. The array is shared. */
    static byte[] heartbeat(boolean asEvent) {
        return asEvent ? HEARTBEAT_EVENT : HEARTBEAT_COMMENT;
    }

    /** Says how many events a slow viewer has lost. */
    static byte[] lag(long dropped) {
        return ascii("event: " + Names.LAG + "\ndata: dropped " + dropped + " events due to slow consumer\n\n");
    }

    /** Says that the events from the first to the last named are no longer kept. */
    static byte[] trimmed(EventId from, EventId to) {
        return gap("trimmed", from, to);
    }

    /** Says that the viewer had seen another log up to {@code from}, and that this one goes on at {@code to}. */
    static byte[] reset(EventId from, EventId to) {
        return gap("reset", from, to);
    }

    /** Says that an upload's producer is {@code lost}, or is {@code back}. */
    static byte[] producer(String upload, String state, Instant since) {
        return ascii("event: " + Names.PRODUCER + "\ndata: {\"upload\":\"" + upload + "\",\"state\":\"" + state
                + "\",\"since\":\"" + since + "\"}\n\n");
    }

    /** Returns a comment, which clients ignore and people read. It must be one line. */
    static byte[] comment(String text) {
        return ascii(": " + text + "\n\n");
    }

    private static byte[] gap(String reason, EventId from, EventId to) {
        return ascii("event: " + Names.GAP + "\ndata: {\"reason\":\"" + reason + "\",\"from\":\"" + from
                + "\",\"to\":\"" + to + "\"}\n\n");
    }

    /**
     * Encodes an event of JAX-RS. Its data is text, or any value that can be bound to JSON.
     *
     * @throws IllegalArgumentException if its id or name contains a line end
     */
    static byte[] of(OutboundSseEvent event, EventReader events) {
        var frame = new ByteArrayOutputStream();
        if (event.getComment() != null) {
            event.getComment().lines().forEach(line -> writeField(frame, "", line));
        }
        if (event.getName() != null) {
            writeField(frame, "event", event.getName());
        }
        if (event.getId() != null) {
            writeField(frame, "id", event.getId());
        }
        if (event.isReconnectDelaySet()) {
            writeField(frame, "retry", Long.toString(event.getReconnectDelay()));
        }
        if (event.getData() instanceof CharSequence text) {
            Frames.writeData(frame, text.toString().getBytes(StandardCharsets.UTF_8));
        } else if (event.getData() != null) {
            Frames.writeData(frame, events.bind(event.getData()).json());
        }
        frame.write('\n');
        return frame.toByteArray();
    }

    private static void writeField(ByteArrayOutputStream frame, String field, String value) {
        if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0 || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("The field '" + field + "' must be one line");
        }
        frame.writeBytes((field + ": " + value + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
