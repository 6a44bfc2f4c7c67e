package io.taskstream.eventlog.embedded.journal;

import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.eventlog.embedded.journal.SegmentHeader.Phase;
import io.taskstream.eventlog.embedded.journal.SegmentHeader.State;
import io.taskstream.metrics.Stopwatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.h2.mvstore.WriteBuffer;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead journal. It makes changes durable in commit groups. A segment is an append-only file that is named by the
 * number of its first group. Groups of an earlier segment from that number on are ignored. Zeros may
 * follow the last group.
 *
 * <p>A group consists of the length of what follows the checksum (4 bytes), a CRC-32C of that (4 bytes), the group's number
 * (8 bytes), and {@linkplain JournalRecord records}. Only the thread that commits may call it.
 */
public final class Journal implements AutoCloseable {

    /** The number of bytes before the records of a group. */
    public static final int GROUP_HEADER = 16;

    private static final int ZEROS = 1 << 17;

    private final FilePath directory;
    private final boolean isForced;
    private final Stopwatch syncs;
    private final Stopwatch begins;
    private final CRC32C checksum = new CRC32C();

    /** Direct, since each thread that commits would keep a direct copy of another. */
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);

    private @Nullable FileChannel segment;
    private long firstOfSegment;
    private long last;
    private long writeOffset;
    private long filledTo;
    private boolean forced = true;

    /**
     * @param isForced whether every group is forced to the disk before it is acknowledged
     * @param syncs measures each force
     * @param begins measures the beginning of each segment
     */
    public Journal(FilePath directory, boolean isForced, Stopwatch syncs, Stopwatch begins) {
        this.directory = directory;
        this.isForced = isForced;
        this.syncs = syncs;
        this.begins = begins;
    }

    /** Returns whether groups can be written. */
    public boolean isOpen() {
        return segment != null;
    }

    /** Returns whether a group was written that may not be on the disk yet. */
    public boolean isUnforced() {
        return !forced;
    }

    /** Begins a segment with that group, unless the current segment begins with it. */
    public void begin(long number) throws IOException {
        if (segment != null && firstOfSegment == number) {
            return;
        }
        long start = begins.start();
        if (!forced) {
            force();
        }
        close();
        FileChannel file = create(number);
        try {
            SegmentFiles.deleteAfter(directory, number);
            markFollowed(number);
        } catch (IOException | RuntimeException | Error e) {
            closeQuietly(file);
            throw e;
        }
        segment = file;
        firstOfSegment = number;
        last = number - 1;
        writeOffset = SegmentHeader.BLOCK;
        filledTo = SegmentHeader.BLOCK;
        forced = true;
        begins.stop(start);
    }

    /** Creates the file under a temporary name, so that a segment exists only once its header is on the disk. */
    private FileChannel create(long number) throws IOException {
        FilePath unready = SegmentFiles.unready(directory);
        OwnerOnly.fileIfPossible(Path.of(unready.unwrap().toString()));
        FileChannel file = unready.open("rw");
        try {
            file.truncate(0);
            SegmentHeader.now(number, isForced).write(file);
            file.force(true);
            unready.moveTo(SegmentFiles.file(directory, number), true);
            forceDirectory();
            return file;
        } catch (IOException | RuntimeException | Error e) {
            closeQuietly(file);
            throw e;
        }
    }

    /** Records in the preceding segment that another one follows, so that a start notices if that one is lost. */
    private void markFollowed(long number) throws IOException {
        FilePath before = SegmentFiles.before(directory, number);
        if (before == null) {
            return;
        }
        try (FileChannel file = before.open("rw")) {
            SegmentHeader header = SegmentHeader.read(file);
            if (header != null && header.state() != null && !header.isFollowed()) {
                new State(header.state().last(), Phase.FOLLOWED).write(file);
            }
        }
    }

    /** After a power failure a new file is found only if its directory was forced, too. */
    private void forceDirectory() throws IOException {
        Path path = Path.of(directory.unwrap().toString());
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel entry = FileChannel.open(path, StandardOpenOption.READ)) {
                entry.force(true);
            }
        }
    }

    /** Prepares a buffer for the records of a group. */
    public static void beginGroup(WriteBuffer group) {
        group.clear().position(GROUP_HEADER);
    }

    /**
     * Writes a group, whose records begin at {@link #GROUP_HEADER}. If that fails, the group does not exist. It must be
     * {@linkplain #confirm confirmed} before it is acknowledged.
     */
    public void write(long number, WriteBuffer group) throws IOException {
        ByteBuffer bytes = group.getBuffer();
        int length = bytes.position();
        bytes.putLong(8, number);
        checksum.reset();
        checksum.update(bytes.duplicate().position(8).limit(length));
        bytes.putInt(0, length - 8).putInt(4, (int) checksum.getValue());
        bytes.flip();
        SegmentFiles.writeAll(open(), bytes, writeOffset);
        writeOffset += length;
        if (isForced && writeOffset > filledTo) {
            fillAhead();
        }
        forced = false;
    }

    /** Writes zeros for the next groups to overwrite. To force a group that makes the file longer takes a quarter more time on ext4. */
    private void fillAhead() throws IOException {
        SegmentFiles.writeAll(open(), zeros.duplicate(), writeOffset);
        filledTo = writeOffset + ZEROS;
    }

    /** Records in the segment that the group will be acknowledged, so that a start must find it. */
    public void confirm(long number) throws IOException {
        new State(number, Phase.OPEN).write(open());
        last = number;
    }

    private FileChannel open() throws IOException {
        if (segment == null) {
            throw new IOException("The journal is closed");
        }
        return segment;
    }

    /** Forces all groups to the disk. */
    public void force() throws IOException {
        long start = syncs.start();
        open().force(false);
        syncs.stop(start);
        forced = true;
    }

    /**
     * Closes the segment after a failure. If the disk permits, cuts off the groups that failed and forces those that were
     * acknowledged.
     */
    public void abandonSegment(long lastGoodOffset) {
        if (segment == null) {
            return;
        }
        closeQuietly(segment);
        segment = null;
        // An interrupt of this thread has closed the file, and would do so again.
        boolean wasInterrupted = Thread.interrupted();
        try (FileChannel file = SegmentFiles.file(directory, firstOfSegment).open("rw")) {
            truncate(file, lastGoodOffset);
            forceQuietly(file);
        } catch (IOException | RuntimeException e) {
            // As if it could not be forced.
        }
        forced = true;
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void truncate(FileChannel file, long length) {
        try {
            file.truncate(length);
        } catch (IOException | RuntimeException e) {
            // The next segment's number makes a start ignore the group, too.
        }
    }

    /** If the system crashes before the file is on the disk nevertheless, the next start reports the loss. */
    private void forceQuietly(FileChannel file) {
        if (forced) {
            return;
        }
        try {
            file.force(false);
        } catch (IOException | RuntimeException e) {
            // The caller reports the failure that came before.
        }
    }

    /** Returns the offset of the next group in its segment. */
    public long writeOffset() {
        return writeOffset;
    }

    private static void closeQuietly(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            // Its groups have been forced or are ignored.
        }
    }

    /** Forces everything and marks the segment as closed. */
    public void conclude() throws IOException {
        FileChannel file = segment;
        if (file == null) {
            return;
        }
        force();
        new State(last, Phase.CLOSED).write(file);
        force();
    }

    @Override
    public void close() {
        if (segment != null) {
            forceQuietly(segment);
            closeQuietly(segment);
            segment = null;
        }
    }
}
