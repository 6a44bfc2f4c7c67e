package io.taskstream.it.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Uploads bytes through connections that break off after any byte of a request, and resumes where HEAD says. It works in
 * small steps on a few shared threads, so that hundreds can be connected at once.
 */
public final class UploadingProducer {

    private static final int LONGEST_PIECE = 1_500;
    private static final int LONGEST_CHUNK = 400;
    private static final int LONGEST_DELAY_MILLIS = 40;

    /** Long enough that the server publishes a line that has not ended. */
    private static final int PAUSE_MILLIS = 1_100;

    private final URI server;
    private final String path;
    private final byte[] bytes;
    private final ScheduledExecutorService threads;
    private final Random random;
    private final int mostAtOnce;

    private @Nullable RawConnection connection;
    private @Nullable RawConnection silent;
    private byte[] request = new byte[0];
    private int sent;
    private int cutAt;
    private int end;
    private int mostSent;
    private long known;
    private int cuts;
    private final AtomicInteger overtaken = new AtomicInteger();
    private volatile boolean isDone;
    private volatile String problem = "";

    /**
     * Begins.
     *
     * @param path of the upload, which must be there
     * @param cuts how often its requests end before the bytes do
     * @param threads run its steps; they block a little
     */
    public UploadingProducer(
            URI server, String path, byte[] bytes, int cuts, ScheduledExecutorService threads, long seed) {
        this.server = server;
        this.path = path;
        this.bytes = bytes;
        this.cuts = cuts;
        this.threads = threads;
        this.random = new Random(seed);
        this.mostAtOnce = 2 * bytes.length / (cuts + 1);
        later();
    }

    private void later() {
        int delay = random.nextInt(30) == 0 ? PAUSE_MILLIS : random.nextInt(LONGEST_DELAY_MILLIS);
        var unused = threads.schedule(this::step, delay, TimeUnit.MILLISECONDS);
    }

    private void step() {
        try {
            if (connection == null) {
                resume(new RawConnection(server, 0));
            } else {
                send(connection);
            }
        } catch (IOException | RuntimeException e) {
            fail(e.toString());
        }
        if (!isDone) {
            later();
        }
    }

    private void resume(RawConnection opened) throws IOException {
        connection = opened;
        opened.send("HEAD " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        int offset = (int) offset(opened.readHead());
        boolean isLast = cuts == 0;
        end = isLast ? bytes.length : Math.min(bytes.length, offset + random.nextInt(mostAtOnce));
        mostSent = Math.max(mostSent, end);
        request = request(offset, isLast);
        cutAt = isLast || random.nextInt(8) == 0 ? request.length : random.nextInt(request.length);
        sent = 0;
    }

    private long offset(RawConnection.Head answer) {
        String told = answer.fields().get("upload-offset");
        if (answer.code() != 204 || told == null) {
            throw new IllegalStateException(answer.toString());
        }
        long offset = Long.parseLong(told);
        if (offset < known || offset > mostSent) {
            throw new IllegalStateException(
                    "Offset " + offset + " after " + known + ", and " + mostSent + " were sent");
        }
        known = offset;
        return offset;
    }

    private byte[] request(int offset, boolean isLast) {
        var wire = new ByteArrayOutputStream();
        wire.writeBytes(
                ascii("PATCH " + path + " HTTP/1.1\r\nHost: test\r\nContent-Type: application/partial-upload\r\n"
                        + "Upload-Offset: " + offset + "\r\nUpload-Complete: ?" + (isLast ? 1 : 0)
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (int at = offset; at < end; ) {
            int to = Math.min(end, at + 1 + random.nextInt(LONGEST_CHUNK));
            wire.writeBytes(ascii(Integer.toHexString(to - at) + "\r\n"));
            wire.write(bytes, at, to - at);
            wire.writeBytes(ascii("\r\n"));
            at = to;
        }
        wire.writeBytes(ascii("0\r\n\r\n"));
        return wire.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void send(RawConnection open) throws IOException {
        int to = Math.min(cutAt, sent + 1 + random.nextInt(LONGEST_PIECE));
        try {
            open.send(Arrays.copyOfRange(request, sent, to));
        } catch (UncheckedIOException e) {
            isOvertaken(open);
            return;
        }
        sent = to;
        if (sent < cutAt) {
            return;
        }
        if (cutAt == request.length && !isAnswered(open)) {
            isOvertaken(open);
            return;
        }
        leave(open);
        isDone = cuts == 0;
        cuts--;
    }

    /** All bytes are counted but those of an unfinished character, which are left for the next request. */
    private boolean isAnswered(RawConnection open) throws IOException {
        RawConnection.Head answer = open.readHead();
        if (answer.code() == 409) {
            return false;
        }
        long offset = offset(answer);
        if (offset < end - (cuts == 0 ? 0 : 3)) {
            throw new IllegalStateException("Only " + offset + " of " + end + " are counted");
        }
        return true;
    }

    /** The server has read an earlier request only now, though that had been left before this one was sent. */
    private void isOvertaken(RawConnection open) {
        overtaken.incrementAndGet();
        open.close();
        connection = null;
    }

    /** Resets or ends the connection, or just falls silent. */
    private void leave(RawConnection left) {
        if (silent != null) {
            silent.close();
            silent = null;
        }
        connection = null;
        switch (cuts == 0 ? 1 : random.nextInt(3)) {
            case 0 -> left.reset();
            case 1 -> left.close();
            default -> silent = left;
        }
    }

    private void fail(String what) {
        problem = path + " at " + known + ": " + what;
        isDone = true;
    }

    /** Whether it has sent all, or failed. */
    public boolean isDone() {
        return isDone;
    }

    /** How many of its requests an earlier one has overtaken. */
    public int overtaken() {
        return overtaken.get();
    }

    /** The first failure; empty if there is none. */
    public String problem() {
        return problem;
    }
}
