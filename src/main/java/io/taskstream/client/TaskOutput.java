package io.taskstream.client;

import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An output stream into a task that survives lost connections and restarts of the server: an upload (see
 * {@code src/docs/clients.md}). Each byte is published once. If the task or the upload is not there, it is made. If the upload
 * has bytes of an earlier run, these follow them.
 *
 * <p>A write returns when the bytes are in the buffer of 256 KiB, and waits while it is full. The requests are made by the
 * scheduler, one at a time; a pause between them lets many short lines share one. While the server is away, they are repeated
 * for {@linkplain #PATIENCE_MILLIS ten minutes}; a client with a read time-out notices a server that hangs. A task that has been
 * finished or deleted meanwhile ends the output with an error. Thread-safe.
 */
public final class TaskOutput extends OutputStream implements Consumer<String> {

    /** How long requests may fail one after the other, in milliseconds from the first failure, before the stream fails. */
    static final long PATIENCE_MILLIS = TimeUnit.MINUTES.toMillis(10);

    private static final int CAPACITY = 256 << 10;
    private static final int INTERVAL_SECONDS = 10;

    /** Less than what is announced, since a request takes time, too. */
    private static final long SIGN_OF_LIFE_MILLIS = 8_000;

    private static final long PACE_MILLIS = 50;
    private static final long FIRST_DELAY_MILLIS = 200;
    private static final long LONGEST_DELAY_MILLIS = 5_000;

    /** The longest that is waited because the server asks for it in {@code Retry-After}. */
    private static final long LONGEST_RETRY_MILLIS = 60_000;

    private final WebTarget task;
    private final WebTarget upload;
    private final MediaType type;
    private final ScheduledExecutorService scheduler;

    // All are guarded by this.
    private final byte[] buffer = new byte[CAPACITY];
    private int used;
    /** The upload's offset of the buffer's first byte; negative before the first answer. */
    private long base = -1;

    private boolean isConnected;
    private boolean isRunning;
    private boolean isSoon;
    private boolean isClosed;
    private boolean isComplete;
    /** Whether something was written, flushed or closed since the request began. */
    private boolean isMore;

    private long delayMillis = FIRST_DELAY_MILLIS;
    private String trouble = "";
    private @Nullable IOException failure;
    private @Nullable Future<?> next;
    /** Ends the patience; {@code null} unless the last append failed. */
    private @Nullable Future<?> deadline;

    private TaskOutput(WebTarget task, String name, MediaType type, ScheduledExecutorService scheduler) {
        this.task = task;
        this.upload = task.path("uploads").path(name);
        this.type = type;
        this.scheduler = scheduler;
    }

    /**
     * Opens an output for text: each line becomes a {@link StreamItem.MessageDelta}.
     *
     * @param task such as {@code http://localhost:8080/tasks/build}
     * @param name of the upload, 1 to 64 of {@code A-Z a-z 0-9 . _ ~ -}; unique among the task's producers
     * @param scheduler makes the requests; must not be shut down before this is closed
     */
    public static TaskOutput text(WebTarget task, String name, ScheduledExecutorService scheduler) {
        return new TaskOutput(task, name, MediaType.TEXT_PLAIN_TYPE, scheduler);
    }

    /** Opens an output for events: each line is JSON, such as a {@link StreamItem} that JSON-B has written. */
    public static TaskOutput events(WebTarget task, String name, ScheduledExecutorService scheduler) {
        return new TaskOutput(task, name, MediaType.valueOf(Names.JSON_LINES), scheduler);
    }

    /**
     * Writes a line, and the line feed behind it.
     *
     * @throws UncheckedIOException like {@link #write(byte[], int, int)}
     */
    @Override
    public void accept(String line) {
        try {
            write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b});
    }

    /**
     * {@inheritDoc}
     *
     * @throws IOException if the server has refused the bytes, was away for too long, or this is closed
     */
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        for (int done = 0; done < length; ) {
            if (isClosed) {
                throw new IOException("The output is closed");
            }
            int some = Math.min(length - done, CAPACITY - used);
            if (some == 0) {
                await();
            } else {
                checkFailure();
                System.arraycopy(bytes, offset + done, buffer, used, some);
                used += some;
                done += some;
                send();
            }
        }
    }

    /** Sends soon what was written; does not wait for it. */
    @Override
    public synchronized void flush() throws IOException {
        checkFailure();
        send();
    }

    /**
     * Waits until all that was written is in the log, and completes the upload. The task goes on.
     *
     * @throws IOException if that fails
     */
    @Override
    public synchronized void close() throws IOException {
        if (!isClosed) {
            isClosed = true;
            send();
        }
        while (!isComplete) {
            await();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // its callers loop
    private void await() throws IOException {
        checkFailure();
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for the server");
        }
    }

    private void checkFailure() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /** Makes the next request soon, unless failures delay it. */
    private synchronized void send() {
        isMore = true;
        if (!isRunning && !isSoon && deadline == null) {
            schedule(PACE_MILLIS);
        }
    }

    private synchronized void schedule(long afterMillis) {
        cancel(next);
        isSoon = afterMillis <= PACE_MILLIS;
        next = isComplete || failure != null ? null : later(this::request, afterMillis);
    }

    private synchronized @Nullable Future<?> later(Runnable action, long afterMillis) {
        try {
            return scheduler.schedule(action, afterMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            fail("The scheduler is shut down", e);
            return null;
        }
    }

    private void request() {
        byte[] bytes;
        boolean isLast;
        synchronized (this) {
            if (isRunning || failure != null) {
                return;
            }
            isRunning = true;
            isMore = false;
            bytes = Arrays.copyOf(buffer, used);
            isLast = isClosed;
        }
        long after;
        try {
            after = isConnected ? append(bytes, isLast) : connect();
        } catch (ProcessingException e) {
            after = failed(e.toString(), 0);
        } catch (RuntimeException e) {
            fail("The request failed: " + e, e);
            after = 0;
        }
        synchronized (this) {
            isRunning = false;
            // More must not wait for the next sign of life.
            schedule(isMore && deadline == null ? Math.min(after, PACE_MILLIS) : after);
        }
    }

    /** Returns in how many milliseconds the next request is due. */
    private long connect() {
        Entity<byte[]> nothing = Entity.entity(new byte[0], type);
        // A task that was there and is gone was deleted, and must not come back without its events.
        if (base < 0) {
            try (Response created = task.request().put(nothing)) {
                if (created.getStatusInfo().getFamily() != Response.Status.Family.SUCCESSFUL) {
                    return refused(created);
                }
            }
        }
        try (Response made = upload.request().put(nothing)) {
            long offset = offset(made);
            if (made.getStatusInfo().getFamily() != Response.Status.Family.SUCCESSFUL || offset < 0) {
                return refused(made);
            }
            return reached(offset, isComplete(made), 0);
        }
    }

    private long append(byte[] bytes, boolean isLast) {
        Invocation.Builder request = upload.request()
                .header(Names.UPLOAD_OFFSET, base)
                .header(Names.UPLOAD_COMPLETE, isLast ? Names.YES : Names.NO)
                .header(Names.UPLOAD_INTERVAL, INTERVAL_SECONDS);
        try (Response answer = request.post(Entity.entity(bytes, Names.PARTIAL_UPLOAD))) {
            long offset = offset(answer);
            return answer.getStatus() == 204 && offset >= 0
                    ? reached(offset, isComplete(answer), bytes.length)
                    : refused(answer);
        }
    }

    /** Removes what is in the log from the buffer. */
    private synchronized long reached(long offset, boolean complete, int sent) {
        long start = base < 0 ? offset : base;
        if (offset < start || offset - start > used) {
            return fail("The upload is at " + offset + " and not where this producer left it", null);
        }
        int kept = (int) (offset - start);
        boolean isAppend = isConnected;
        boolean isStuck = sent > 0 && kept == 0;
        base = offset;
        used -= kept;
        System.arraycopy(buffer, kept, buffer, 0, used);
        isConnected = true;
        isComplete = complete && isClosed && used == 0;
        // That an upload can be made says nothing of appends: a proxy may refuse only these.
        if (isAppend || kept > 0 || isComplete) {
            cancel(deadline);
            deadline = null;
        }
        if (deadline == null) {
            delayMillis = FIRST_DELAY_MILLIS;
        }
        notifyAll();
        if (complete && !isComplete) {
            return fail("The upload is complete already", null);
        }
        if (isStuck && sent == CAPACITY) {
            return fail("A line is longer than " + CAPACITY + " bytes", null);
        }
        // What the server leaves is the beginning of a line or character.
        boolean isIdle = isAppend && !isClosed && (used == 0 || isStuck);
        return isIdle ? SIGN_OF_LIFE_MILLIS : PACE_MILLIS;
    }

    /** Decides by an answer other than success whether the next request may do better. */
    private long refused(Response answer) {
        int status = answer.getStatus();
        MediaType body = answer.getMediaType();
        // Without a problem it is an answer of a proxy, or of the server while Taskstream is not deployed.
        boolean isProblem = body != null && body.getSubtype().equals("problem+json");
        if (isProblem && status < 500 && status != 429 && status != 408) {
            String problem = answer.readEntity(String.class);
            // The header Upload-Offset is no sign of these: it comes with every failed append.
            boolean isElsewhere = problem.contains('"' + Names.MISMATCHING_OFFSET + '"')
                    || problem.contains('"' + Names.COMPLETED_UPLOAD + '"');
            if (!isElsewhere) {
                String gone = status == 404 && base >= 0
                        ? "The task was deleted, or the server has lost it; it"
                        : "The server";
                return fail(gone + " answers " + status + ": " + problem, null);
            }
        }
        String after = answer.getHeaderString(HttpHeaders.RETRY_AFTER);
        long afterMillis = after != null && after.matches("\\d{1,6}") ? Long.parseLong(after) * 1_000 : 0;
        return failed("The server answers " + status, Math.min(LONGEST_RETRY_MILLIS, afterMillis));
    }

    private synchronized long failed(String reason, long afterMillis) {
        isConnected = false;
        trouble = reason;
        if (deadline == null) {
            deadline = later(this::giveUp, PATIENCE_MILLIS);
        }
        long delay = Math.max(delayMillis, afterMillis);
        delayMillis = Math.min(LONGEST_DELAY_MILLIS, 2 * delayMillis);
        return delay;
    }

    private synchronized void giveUp() {
        // A success may have cancelled this just when it began.
        if (deadline != null) {
            fail(trouble + ", for " + PATIENCE_MILLIS / 60_000 + " minutes", null);
        }
    }

    private synchronized long fail(String reason, @Nullable Throwable cause) {
        failure = new IOException(reason, cause);
        // Else the scheduler would hold the buffer until these are due.
        cancel(next);
        cancel(deadline);
        notifyAll();
        return 0;
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private static long offset(Response answer) {
        String offset = answer.getHeaderString(Names.UPLOAD_OFFSET);
        return offset != null && offset.matches("\\d{1,18}") ? Long.parseLong(offset) : -1;
    }

    private static boolean isComplete(Response answer) {
        return Names.YES.equals(answer.getHeaderString(Names.UPLOAD_COMPLETE));
    }
}
