package io.taskstream.eventlog.embedded.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first block of a segment: how the segment is written and how far it reaches. With it a start can tell a group that was
 * never written from one that is lost.
 *
 * @param first the number of the segment's first group
 * @param isForced whether every group is forced to the disk before it is acknowledged
 * @param boot id of the operating system's boot, empty if unknown; only a crash of the system loses written bytes. The
 *     checksum does not cover it, since a wrong id only makes a start more careful
 * @param state how far the segment reaches, {@code null} if that is corrupt
 */
record SegmentHeader(
        long first, boolean isForced, String boot, @Nullable State state) {

    /** A whole block, so that no segment is begun on a full disk. */
    static final int BLOCK = 4096;

    private static final long MAGIC = 0x5453_4a4f_5552_4e31L;
    private static final int CHECKED = 17;
    private static final int LENGTH = 128;

    /** In another sector than the constant part, which a torn write of the state must not touch. */
    private static final int STATE_AT = 512;

    private static final int STATE_LENGTH = 16;
    private static final int STATE_CHECKED = 12;

    /** Linux's id of the current boot. */
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    /** What may follow the confirmed groups. */
    enum Phase {
        /** A group that was not acknowledged. */
        OPEN(0),
        /** Nothing: the log was closed and the whole segment is on the disk. */
        CLOSED(1),
        /** Another segment. */
        FOLLOWED(2);

        /** The number in the file. */
        private final int code;

        Phase(int code) {
            this.code = code;
        }

        private static @Nullable Phase of(int code) {
            for (Phase phase : values()) {
                if (phase.code == code) {
                    return phase;
                }
            }
            return null;
        }
    }

    /**
     * How far a segment reaches.
     *
     * @param last the number of the last group that may have been acknowledged
     */
    record State(long last, Phase phase) {

        void write(FileChannel segment) throws IOException {
            ByteBuffer out = ByteBuffer.allocate(STATE_LENGTH);
            out.putLong(last).putInt(phase.code).putInt(checksum(out, STATE_CHECKED));
            SegmentFiles.writeAll(segment, out.flip(), STATE_AT);
        }

        private static @Nullable State read(FileChannel segment) throws IOException {
            ByteBuffer in = SegmentHeader.read(segment, STATE_AT, STATE_LENGTH);
            long last = in.getLong();
            Phase phase = Phase.of(in.getInt());
            return phase != null && in.getInt() == checksum(in, STATE_CHECKED) ? new State(last, phase) : null;
        }
    }

    /** Returns the header of a new segment. */
    static SegmentHeader now(long first, boolean isForced) {
        return new SegmentHeader(first, isForced, currentBoot(), new State(first - 1, Phase.OPEN));
    }

    boolean isFollowed() {
        return state != null && state.phase() == Phase.FOLLOWED;
    }

    /** Returns whether acknowledged groups may be missing at the segment's end although no byte is corrupt. */
    boolean mayHaveLost() {
        boolean isClosed = state != null && state.phase() == Phase.CLOSED;
        return !isForced && !isClosed && !isOfThisBoot();
    }

    /** Returns whether every written byte must still be there, forced or not. */
    boolean isOfThisBoot() {
        return !boot.isEmpty() && boot.equals(currentBoot());
    }

    private static String currentBoot() {
        try {
            return Files.readString(BOOT).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Writes the whole block of a new segment. */
    void write(FileChannel segment) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        block.putLong(MAGIC).putLong(first).put((byte) (isForced ? 1 : 0));
        block.putInt(checksum(block, CHECKED));
        byte[] text = boot.getBytes(StandardCharsets.US_ASCII);
        block.put((byte) text.length).put(text);
        SegmentFiles.writeAll(segment, block.clear(), 0);
        if (state != null) {
            state.write(segment);
        }
    }

    /** Reads the header of a segment; {@code null} if it is missing or corrupt. */
    static @Nullable SegmentHeader read(FileChannel segment) throws IOException {
        ByteBuffer in = read(segment, 0, LENGTH);
        long magic = in.getLong();
        long first = in.getLong();
        boolean isForced = in.get() != 0;
        if (magic != MAGIC || in.getInt() != checksum(in, CHECKED)) {
            return null;
        }
        int length = Math.min(Math.max(in.get(), 0), in.remaining());
        byte[] text = new byte[length];
        in.get(text);
        return new SegmentHeader(first, isForced, new String(text, StandardCharsets.US_ASCII), State.read(segment));
    }

    /** Reads that many bytes; zeros where the segment is shorter. */
    private static ByteBuffer read(FileChannel segment, long position, int length) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(length);
        while (in.hasRemaining() && segment.read(in, position + in.position()) > 0) {
            // Until all is read or the file ends.
        }
        return in.clear();
    }

    private static int checksum(ByteBuffer bytes, int length) {
        var checksum = new CRC32C();
        checksum.update(bytes.duplicate().position(0).limit(length));
        return (int) checksum.getValue();
    }
}
