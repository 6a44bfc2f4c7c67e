package io.taskstream.eventlog;

import io.taskstream.task.EventData;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.TaskStatus;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events that are appended together or not at all. Immutable. */
public final class Batch {

    /** The longest key, in characters. */
    public static final int MAX_KEY = 255;

    private static final int FINGERPRINT_BYTES = 16;

    private final List<EventData> events;
    private final @Nullable EventId expectedLast;
    private final @Nullable String idempotencyKey;
    private final @Nullable String fingerprint;
    private final @Nullable String traceparent;

    /**
     * @param events at least one; only the last may end the task
     * @param expectedLast append only if this is the last event of the log; {@code null} for any
     * @param idempotencyKey if a batch with this key is in the log already, append nothing: answer as that one did if its
     *     events were the same, else refuse with {@link EventLogException.KeyReused}; 1 to {@value #MAX_KEY} characters,
     *     {@code null} for none
     * @param traceparent the trace of the request that publishes them (W3C Trace Context), {@code null} for none
     * @throws InvalidItemException if there is no event, or one follows the terminal event
     * @throws IllegalArgumentException if the key is too short or too long
     */
    public Batch(
            List<EventData> events,
            @Nullable EventId expectedLast,
            @Nullable String idempotencyKey,
            @Nullable String traceparent) {
        this.events = List.copyOf(events);
        this.expectedLast = expectedLast;
        this.idempotencyKey = idempotencyKey;
        this.traceparent = traceparent;
        if (events.isEmpty()) {
            throw new InvalidItemException("A batch holds at least one event");
        }
        for (EventData event : events.subList(0, events.size() - 1)) {
            if (event.end() != null) {
                throw new InvalidItemException("Nothing may follow done in a batch");
            }
        }
        if (idempotencyKey != null && (idempotencyKey.isEmpty() || idempotencyKey.length() > MAX_KEY)) {
            throw new IllegalArgumentException("An idempotency key has 1 to " + MAX_KEY + " characters");
        }
        // Here, so that the thread that publishes computes it, not the one thread that appends.
        this.fingerprint = idempotencyKey == null
                ? null
                : fingerprint(this.events.stream().map(EventData::json).toList());
    }

    /** A batch without a trace. */
    public Batch(List<EventData> events, @Nullable EventId expectedLast, @Nullable String idempotencyKey) {
        this(events, expectedLast, idempotencyKey, null);
    }

    /** A batch without an idempotency key and without a trace. */
    public Batch(List<EventData> events, @Nullable EventId expectedLast) {
        this(events, expectedLast, null, null);
    }

    /** A batch that may be appended to whatever the log holds. */
    public static Batch of(List<EventData> events) {
        return new Batch(events, null);
    }

    public List<EventData> events() {
        return events;
    }

    public @Nullable EventId expectedLast() {
        return expectedLast;
    }

    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    /** A digest of the events, by which a repeat is told from another use of the key; {@code null} without a key. */
    public @Nullable String fingerprint() {
        return fingerprint;
    }

    public @Nullable String traceparent() {
        return traceparent;
    }

    /** The status in which the task is left, {@code null} if it goes on. */
    public @Nullable TaskStatus end() {
        return events.get(events.size() - 1).end();
    }

    /**
     * Returns the digest of events: 22 characters of base64url, of the first 16 bytes of a SHA-256 over the length (four
     * bytes) and the JSON text of each.
     */
    public static String fingerprint(List<byte[]> events) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] json : events) {
                digest.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(json.length).array());
                digest.update(json);
            }
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(Arrays.copyOf(digest.digest(), FINGERPRINT_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
