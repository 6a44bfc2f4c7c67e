package io.taskstream.eventlog.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a segment of the journal says of itself in its head, so that a start after it knows whether what was written to it
 * may be lost.
 *
 * @param isForced whether each group was brought to the disk before it was acknowledged
 * @param isClosed whether the log was closed, and all of it brought to the disk
 * @param boot of the system that wrote it: only when that falls is something lost that was written; empty if it is unknown
 */
record SegmentHead(boolean isForced, boolean isClosed, String boot) {

    private static final int FORCED = 1;
    private static final int CLOSED = 2;
    private static final int LENGTH = 64;

    /** Where Linux has a name for the time since it was started. */
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    /** Of a segment that is begun now. */
    static SegmentHead now(boolean isForced) {
        return new SegmentHead(isForced, false, currentBoot());
    }

    /** The same when all of it has been brought to the disk for the last time. */
    SegmentHead closed() {
        return new SegmentHead(isForced, true, boot);
    }

    /** Whether what a viewer has seen may be missing from the log. */
    boolean mayHaveLost() {
        return !isForced && !isClosed && (boot.isEmpty() || !boot.equals(currentBoot()));
    }

    private static String currentBoot() {
        try {
            return Files.readString(BOOT).strip();
        } catch (IOException e) {
            return "";
        }
    }

    void write(ByteBuffer out) {
        byte[] text = boot.getBytes(StandardCharsets.US_ASCII);
        out.put((byte) ((isForced ? FORCED : 0) | (isClosed ? CLOSED : 0)));
        out.put((byte) text.length).put(text);
    }

    /** Reads it from the beginning of a segment. */
    static SegmentHead read(FileChannel segment) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(LENGTH);
        while (in.hasRemaining() && segment.read(in, in.position()) > 0) {
            // As much as there is.
        }
        in.position(0);
        int flags = in.get();
        int length = Math.min(Math.max(in.get(), 0), in.remaining());
        byte[] text = new byte[length];
        in.get(text);
        return new SegmentHead(
                (flags & FORCED) != 0, (flags & CLOSED) != 0, new String(text, StandardCharsets.US_ASCII));
    }
}
