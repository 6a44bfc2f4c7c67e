package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.SegmentHeader.Phase;
import io.taskstream.eventlog.embedded.SegmentHeader.State;
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
 * Where changes are made durable, in the groups in which they were committed. A segment is a file that only grows; it is
 * named for the number of its first group, and what an earlier segment holds from that number on does not count.
 *
 * <p>A group is: the length of what follows the checksum (4 bytes), a CRC-32C of that (4), the group's number (8), and its
 * {@linkplain JournalRecord changes}. Belongs to the committing thread.
 */
final class Journal implements AutoCloseable {

    /** What lies before the first group, the {@link SegmentHeader}: a block, so that no segment is begun on a full disk. */
    static final int HEAD = 4096;

    static final int GROUP_HEAD = 16;

    private final FilePath directory;
    private final boolean isForced;
    private final Stopwatch syncs;
    private final CRC32C checksum = new CRC32C();

    private @Nullable FileChannel segment;
    private long firstOfSegment;
    private long last;
    private long end;
    private boolean forced = true;

    /**
     * @param isForced whether each group is brought to the disk before it is acknowledged
     */
    Journal(FilePath directory, boolean isForced, Stopwatch syncs) {
        this.directory = directory;
        this.isForced = isForced;
        this.syncs = syncs;
    }

    /** Whether groups can be written. */
    boolean isOpen() {
        return segment != null;
    }

    /** Whether a group has been written that may not be on the disk yet. */
    boolean isUnforced() {
        return !forced;
    }

    /** Begins a segment with the group of that number, unless one has just been begun with it. */
    void begin(long number) throws IOException {
        if (segment != null && firstOfSegment == number) {
            return;
        }
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
        end = HEAD;
        forced = true;
    }

    /** Makes the file under another name, so that there is no segment before its head is on the disk. */
    private FileChannel create(long number) throws IOException {
        FilePath unready = SegmentFiles.unready(directory);
        Store.protect(unready);
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

    /** Says in the segment before that there is a further one, so that it is missed if it should be lost. */
    private void markFollowed(long number) throws IOException {
        FilePath before = SegmentFiles.before(directory, number);
        if (before == null) {
            return;
        }
        try (FileChannel file = before.open("rw")) {
            SegmentHeader head = SegmentHeader.read(file);
            if (head != null && head.state() != null && !head.isFollowed()) {
                new State(head.state().last(), Phase.FOLLOWED).write(file);
            }
        }
    }

    /** A new file is found after a power failure only if its directory has been brought to the disk too. */
    private void forceDirectory() throws IOException {
        Path path = Path.of(directory.unwrap().toString());
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel entry = FileChannel.open(path, StandardOpenOption.READ)) {
                entry.force(true);
            }
        }
    }

    /** A buffer in which the changes of a group are to be put. */
    static void beginGroup(WriteBuffer group) {
        group.clear().position(GROUP_HEAD);
    }

    /**
     * Writes a group, whose changes lie behind {@link #GROUP_HEAD}. If it fails, nothing of it counts. Before it is
     * acknowledged it must be {@linkplain #confirm confirmed}.
     */
    void write(long number, WriteBuffer group) throws IOException {
        ByteBuffer bytes = group.getBuffer();
        int length = bytes.position();
        bytes.putLong(8, number);
        checksum.reset();
        checksum.update(bytes.duplicate().position(8).limit(length));
        bytes.putInt(0, length - 8).putInt(4, (int) checksum.getValue());
        bytes.flip();
        writeAll(open(), bytes, end);
        end += length;
        forced = false;
    }

    /** Notes in the segment that the group, which has been written, is to be acknowledged: a start must find it. */
    void confirm(long number) throws IOException {
        new State(number, Phase.OPEN).write(open());
        last = number;
    }

    private FileChannel open() throws IOException {
        if (segment == null) {
            throw new IOException("The journal is closed");
        }
        return segment;
    }

    /** Brings to the disk what has been written. */
    void force() throws IOException {
        long start = syncs.start();
        open().force(false);
        syncs.stop(start);
        forced = true;
    }

    static void writeAll(FileChannel file, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    /** After a failure: cuts off what counts no more, if that can be done, and lets go of the segment. */
    void abandonSegment(long lastGoodOffset) {
        FileChannel file = segment;
        if (file == null) {
            return;
        }
        segment = null;
        forced = true;
        try {
            file.truncate(lastGoodOffset);
        } catch (IOException | RuntimeException e) {
            // The next segment's number says the same.
        }
        closeQuietly(file);
    }

    /** Where the next group will be written. */
    long end() {
        return end;
    }

    private static void closeQuietly(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            // What it holds has been forced, or does not count.
        }
    }

    /** Brings all to the disk for the last time, and says so in the segment. */
    void conclude() throws IOException {
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
            closeQuietly(segment);
            segment = null;
        }
    }
}
