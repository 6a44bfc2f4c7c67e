package io.taskstream.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Frames that are to be written slice by slice, and whoever waits for that. Not thread-safe. */
final class Slices {

    private final byte[] bytes;
    private final int end;
    private final @Nullable CompletableFuture<Void> sent;
    private int next;

    /**
     * @param sent is completed when all is written, or can't be; {@code null} if nobody waits
     */
    Slices(byte[] bytes, int offset, int length, @Nullable CompletableFuture<Void> sent) {
        this.bytes = bytes;
        this.next = offset;
        this.end = offset + length;
        this.sent = sent;
    }

    static Slices of(byte[] frame, @Nullable CompletableFuture<Void> sent) {
        return new Slices(frame, 0, frame.length, sent);
    }

    /** Writes at most that many bytes. Answers whether those were the last. */
    boolean writeNext(OutputStream out, int most) throws IOException {
        int length = Math.min(end - next, most);
        out.write(bytes, next, length);
        next += length;
        return next == end;
    }

    void written() {
        if (sent != null) {
            sent.complete(null);
        }
    }

    void failed(Throwable reason) {
        if (sent != null) {
            sent.completeExceptionally(reason);
        }
    }
}
