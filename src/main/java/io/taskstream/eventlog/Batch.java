package io.taskstream.eventlog;

import io.taskstream.client.TaskStatus;
import io.taskstream.task.EventData;
import io.taskstream.task.InvalidItemException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events, or the change of an upload, or both, that are committed together or not at all. Immutable. */
public final class Batch {

    /** The maximum length of an idempotency key, in characters. */
    public static final int MAX_KEY = 255;

    private static final int FINGERPRINT_BYTES = 16;

    private final List<EventData> events;
    private final @Nullable EventId expectedLast;
    private final @Nullable String idempotencyKey;
    private final @Nullable String fingerprint;
    private final @Nullable String traceparent;
    private final @Nullable UploadChange upload;

    /**
     * @param events at least one; only the last may finish the task
     * @param expectedLast append only if this is the last event of the log; {@code null} for no condition
     * @param idempotencyKey if the log has a batch with this key, append nothing: return that batch's answer if its events
     *     are the same, otherwise fail with {@link EventLogException.KeyReused}; 1 to {@value #MAX_KEY} characters,
     *     {@code null} for none
     * @param traceparent the trace of the publishing request (W3C Trace Context), {@code null} for none
     * @throws InvalidItemException if there is no event, or one follows the terminal event
     * @throws IllegalArgumentException if the key is too short or too long
     */
    public Batch(
            List<EventData> events,
            @Nullable EventId expectedLast,
            @Nullable String idempotencyKey,
            @Nullable String traceparent) {
        this(events, expectedLast, idempotencyKey, traceparent, null);
    }

    private Batch(
            List<EventData> events,
            @Nullable EventId expectedLast,
            @Nullable String idempotencyKey,
            @Nullable String traceparent,
            @Nullable UploadChange upload) {
        this.events = List.copyOf(events);
        this.expectedLast = expectedLast;
        this.idempotencyKey = idempotencyKey;
        this.traceparent = traceparent;
        this.upload = upload;
        if (events.isEmpty() && upload == null) {
            throw new InvalidItemException("A batch holds at least one event");
        }
        for (EventData event : events.subList(0, Math.max(events.size() - 1, 0))) {
            if (event.end() != null) {
                throw new InvalidItemException("Nothing may follow done in a batch");
            }
        }
        if (idempotencyKey != null && (idempotencyKey.isEmpty() || idempotencyKey.length() > MAX_KEY)) {
            throw new IllegalArgumentException("An idempotency key has 1 to " + MAX_KEY + " characters");
        }
        // Computed here, on the publishing thread, to spare the commit thread.
        this.fingerprint = idempotencyKey == null
                ? null
                : fingerprint(this.events.stream().map(EventData::json).toList());
    }

    /** Creates a batch without a trace. */
    public Batch(List<EventData> events, @Nullable EventId expectedLast, @Nullable String idempotencyKey) {
        this(events, expectedLast, idempotencyKey, null);
    }

    /** Creates a batch without an idempotency key and a trace. */
    public Batch(List<EventData> events, @Nullable EventId expectedLast) {
        this(events, expectedLast, null, null);
    }

    /** Creates a batch without conditions. */
    public static Batch of(List<EventData> events) {
        return new Batch(events, null);
    }

    /** Creates a batch that changes an upload; it may have no events. */
    public static Batch of(List<EventData> events, UploadChange upload, @Nullable String traceparent) {
        return new Batch(events, null, null, traceparent, upload);
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

    /** Returns a digest of the events, which tells a repetition from another use of the key; {@code null} without a key. */
    public @Nullable String fingerprint() {
        return fingerprint;
    }

    public @Nullable String traceparent() {
        return traceparent;
    }

    /** Returns the change of an upload that is committed with the events, {@code null} for none. */
    public @Nullable UploadChange upload() {
        return upload;
    }

    /** Returns the task's final status, {@code null} if the batch does not finish it. */
    public @Nullable TaskStatus end() {
        return events.isEmpty() ? null : events.get(events.size() - 1).end();
    }

    /**
     * Returns a digest of events: 22 characters of base64url, from the first 16 bytes of a SHA-256 over the length (four
     * bytes) and the JSON text of each event.
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
