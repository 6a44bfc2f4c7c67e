package io.taskstream.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Bytes that are written piece by piece, and the future of a caller that waits for them. Not thread-safe. */
final class PendingWrite {

    private final byte[] bytes;
    private final int end;
    private final @Nullable CompletableFuture<Void> sent;
    private int next;

    /**
     * @param sent completed when all is written, or exceptionally when it can't be; {@code null} if no caller waits
     */
    PendingWrite(byte[] bytes, int offset, int length, @Nullable CompletableFuture<Void> sent) {
        this.bytes = bytes;
        this.next = offset;
        this.end = offset + length;
        this.sent = sent;
    }

    PendingWrite(byte[] frame, @Nullable CompletableFuture<Void> sent) {
        this(frame, 0, frame.length, sent);
    }

    /**
     * Writes the next piece.
     *
     * @return whether it was the last
     */
    boolean writeNext(OutputStream out, int maxBytes) throws IOException {
        int length = Math.min(end - next, maxBytes);
        out.write(bytes, next, length);
        next += length;
        return next == end;
    }

    void complete() {
        if (sent != null) {
            sent.complete(null);
        }
    }

    void fail(Throwable reason) {
        if (sent != null) {
            sent.completeExceptionally(reason);
        }
    }
}
