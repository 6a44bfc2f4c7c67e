package io.taskstream.eventlog.embedded.journal;

import io.taskstream.eventlog.embedded.journal.SegmentHeader.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The result of reading a journal at start: its groups, and whether acknowledged groups are missing.
 *
 * <p>Group numbers have no gaps. Therefore a group is missing if its segment's state says that it was confirmed, if a later
 * group can be read, or if a later segment begins after it. Bytes after the last group that may have been acknowledged belong
 * to a group whose write was interrupted; it counts only if it is complete.
 */
public final class JournalScan {

    private final List<Segment> segments = new ArrayList<>();
    private final List<FilePath> corrupt = new ArrayList<>();
    private final long checkpoint;
    private long reached;
    private long last;
    private @Nullable String loss;

    private JournalScan(long checkpoint) {
        this.checkpoint = checkpoint;
        this.reached = checkpoint;
        this.last = checkpoint;
    }

    /**
     * @param before the number of the first group that is ignored because a later segment begins with it
     */
    private record Segment(FilePath file, @Nullable SegmentHeader header, long before) {

        long first() {
            return SegmentFiles.number(file);
        }

        boolean isNewest() {
            return before == Long.MAX_VALUE;
        }
    }

    /** Receives the groups of the journal. */
    public interface GroupVisitor {

        /**
         * Receives one group.
         *
         * @param records the group's {@linkplain JournalRecord records} and nothing else
         */
        void visit(long number, ByteBuffer records) throws IOException;
    }

    /**
     * Reads the whole journal.
     *
     * @param checkpoint the number of the last group whose changes are in the store: groups up to it may be missing
     */
    public static JournalScan of(FilePath directory, long checkpoint) throws IOException {
        var scan = new JournalScan(checkpoint);
        scan.find(directory);
        for (Segment segment : scan.segments) {
            scan.inspect(segment);
        }
        scan.judge();
        return scan;
    }

    /** Returns the number of the last group that was ever written, as far as it is known. */
    public long last() {
        return last;
    }

    /** Returns why acknowledged groups are or may be missing, for people; {@code null} if none are. */
    public @Nullable String loss() {
        return loss;
    }

    /** Returns the segments that are not as they were written. */
    public List<FilePath> corrupt() {
        return corrupt;
    }

    /** Passes the readable groups to the visitor, in order. */
    public void read(GroupVisitor visitor) throws IOException {
        for (Segment segment : segments) {
            try (FileChannel file = segment.file().open("r")) {
                visit(new SegmentScanner(file, segment.first(), segment.before()), visitor);
            }
        }
    }

    private static void visit(SegmentScanner groups, GroupVisitor visitor) throws IOException {
        for (ByteBuffer group = groups.next(); group != null; group = groups.next()) {
            visitor.visit(groups.last(), group.position(Long.BYTES));
        }
    }

    private void find(FilePath directory) throws IOException {
        for (FilePath file : SegmentFiles.list(directory)) {
            SegmentHeader header = header(file);
            Segment previous = segments.isEmpty() ? null : segments.get(segments.size() - 1);
            boolean isFollowed = previous != null
                    && previous.header() != null
                    && previous.header().isFollowed();
            if (header == null && file.size() <= SegmentHeader.BLOCK && !isFollowed) {
                // Its creation failed on a full disk.
                continue;
            }
            if (previous != null) {
                segments.set(
                        segments.size() - 1,
                        new Segment(previous.file(), previous.header(), SegmentFiles.number(file)));
            }
            segments.add(new Segment(file, header, Long.MAX_VALUE));
        }
    }

    private static @Nullable SegmentHeader header(FilePath segment) throws IOException {
        try (FileChannel file = segment.open("r")) {
            SegmentHeader header = SegmentHeader.read(file);
            return header != null && header.first() == SegmentFiles.number(segment) ? header : null;
        }
    }

    private void inspect(Segment segment) throws IOException {
        try (FileChannel file = segment.file().open("r")) {
            var groups = new SegmentScanner(file, segment.first(), segment.before());
            visit(groups, (number, records) -> reached += number == reached + 1 ? 1 : 0);
            SegmentHeader header = segment.header();
            State state = header == null ? null : header.state();
            long confirmed = state == null ? segment.first() - 1 : state.last();
            long expected = segment.isNewest() ? confirmed : segment.before() - 1;
            last = Math.max(last, Math.max(confirmed, groups.last()));
            boolean isTailCorrupt = segment.isNewest() && header != null && isTailCorrupt(header, groups);
            if (state == null || groups.hasGap() || groups.last() < expected || isTailCorrupt) {
                corrupt.add(segment.file());
            }
            if (isTailCorrupt) {
                loss = "a group at the end of " + segment.file() + " is corrupt";
            }
        }
    }

    /** Returns whether the bytes may be an acknowledged group: the state that confirms the last group need not be on disk. */
    private static boolean isTailCorrupt(SegmentHeader header, SegmentScanner groups) throws IOException {
        return header.isForced() && !header.isOfThisBoot() && !groups.endsTorn();
    }

    private void judge() {
        if (reached < last) {
            loss = "groups from " + (reached + 1) + " to " + last + " are missing or corrupt";
        } else if (segments.isEmpty()) {
            loss = checkpoint == 0 ? null : "the journal is missing";
        } else if (loss == null) {
            loss = judge(segments.get(segments.size() - 1));
        }
    }

    private static @Nullable String judge(Segment newest) {
        SegmentHeader header = newest.header();
        if (header == null || header.state() == null) {
            return "the header of " + newest.file() + " is corrupt";
        }
        if (header.isFollowed()) {
            return "the file that followed " + newest.file() + " is missing";
        }
        return header.mayHaveLost() ? "the system crashed before everything was on the disk" : null;
    }
}
