package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.SegmentHeader.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * What a start finds in the journal: its groups, and whether it lacks some that were acknowledged.
 *
 * <p>Numbers have no holes. So a group is missing if a segment says of itself that it has come further, if a later group
 * can be read, or if a segment begins behind it. What follows the last group that may have been acknowledged is one that
 * was being written when the process or the system ended, and counts only if it is whole.
 */
final class JournalScan {

    private final List<Segment> segments = new ArrayList<>();
    private final List<FilePath> damaged = new ArrayList<>();
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
     * @param before the number of the first group that does not count, since a further segment begins with it
     */
    private record Segment(FilePath file, @Nullable SegmentHeader head, long before) {

        long first() {
            return SegmentFiles.number(file);
        }

        boolean isNewest() {
            return before == Long.MAX_VALUE;
        }
    }

    /** Is shown the groups of the journal. */
    interface GroupVisitor {

        /**
         * Takes a group.
         *
         * @param changes holds the group's {@linkplain JournalRecord changes} and nothing else
         */
        void read(long number, ByteBuffer changes) throws IOException;
    }

    /**
     * Looks at all of it.
     *
     * @param checkpoint the number of the group up to which the store has everything: those may be missing
     */
    static JournalScan of(FilePath directory, long checkpoint) throws IOException {
        var survey = new JournalScan(checkpoint);
        survey.find(directory);
        for (Segment segment : survey.segments) {
            survey.look(segment);
        }
        survey.judge();
        return survey;
    }

    /** The number of the last group that was ever written, as far as it can be known. */
    long last() {
        return last;
    }

    /** Why groups that were acknowledged are missing or may be, for people; {@code null} if none are. */
    @Nullable
    String loss() {
        return loss;
    }

    /** The segments that are not as they were written. */
    List<FilePath> damaged() {
        return damaged;
    }

    /** Shows the groups that can be read, in order. */
    void read(GroupVisitor reader) throws IOException {
        for (Segment segment : segments) {
            try (FileChannel file = segment.file().open("r")) {
                show(new SegmentScanner(file, segment.first(), segment.before()), reader);
            }
        }
    }

    private static void show(SegmentScanner groups, GroupVisitor reader) throws IOException {
        for (ByteBuffer group = groups.next(); group != null; group = groups.next()) {
            reader.read(groups.last(), group.position(Long.BYTES));
        }
    }

    private void find(FilePath directory) throws IOException {
        for (FilePath file : SegmentFiles.list(directory)) {
            SegmentHeader head = head(file);
            Segment previous = segments.isEmpty() ? null : segments.get(segments.size() - 1);
            boolean isFollowed = previous != null
                    && previous.head() != null
                    && previous.head().isFollowed();
            if (head == null && file.size() <= Journal.HEAD && !isFollowed) {
                // It could not be begun, since the disk was full.
                continue;
            }
            if (previous != null) {
                segments.set(segments.size() - 1, new Segment(previous.file(), previous.head(), SegmentFiles.number(file)));
            }
            segments.add(new Segment(file, head, Long.MAX_VALUE));
        }
    }

    private static @Nullable SegmentHeader head(FilePath segment) throws IOException {
        try (FileChannel file = segment.open("r")) {
            SegmentHeader head = SegmentHeader.read(file);
            return head != null && head.first() == SegmentFiles.number(segment) ? head : null;
        }
    }

    private void look(Segment segment) throws IOException {
        try (FileChannel file = segment.file().open("r")) {
            var groups = new SegmentScanner(file, segment.first(), segment.before());
            show(groups, (number, changes) -> reached += number == reached + 1 ? 1 : 0);
            SegmentHeader head = segment.head();
            State state = head == null ? null : head.state();
            long confirmed = state == null ? segment.first() - 1 : state.last();
            long expected = segment.isNewest() ? confirmed : segment.before() - 1;
            last = Math.max(last, Math.max(confirmed, groups.last()));
            boolean isEndDamaged = segment.isNewest() && head != null && isEndDamaged(head, groups);
            if (state == null || groups.isInterrupted() || groups.last() < expected || isEndDamaged) {
                damaged.add(segment.file());
            }
            if (isEndDamaged) {
                loss = "a group at the end of " + segment.file() + " is damaged";
            }
        }
    }

    /** Whether a group that was acknowledged may lie there: the note of the last one need not have reached the disk. */
    private static boolean isEndDamaged(SegmentHeader head, SegmentScanner groups) throws IOException {
        return head.isForced() && !head.isOfThisBoot() && !groups.endsTorn();
    }

    private void judge() {
        if (reached < last) {
            loss = "groups from " + (reached + 1) + " to " + last + " are missing or damaged";
        } else if (segments.isEmpty()) {
            loss = checkpoint == 0 ? null : "the journal is missing";
        } else if (loss == null) {
            loss = judge(segments.get(segments.size() - 1));
        }
    }

    private static @Nullable String judge(Segment newest) {
        SegmentHeader head = newest.head();
        if (head == null || head.state() == null) {
            return "the head of " + newest.file() + " is damaged";
        }
        if (head.isFollowed()) {
            return "the file that followed " + newest.file() + " is missing";
        }
        return head.mayHaveLost() ? "the system fell before all was on the disk" : null;
    }
}
