package io.taskstream.text;

import io.taskstream.eventlog.EventId;
import io.taskstream.text.Finder.Span;
import io.taskstream.text.TextReader.Delta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A search through a text without its control sequences, line by line. It can stop almost anywhere, and go on in another request.
 * Lines end with {@code \n} or {@code \r\n} and may come in several deltas. Of a line that is longer than
 * {@value #MOST_IN_LINE} characters there is a window at a time in the heap: in such a line a match that is longer than
 * {@link Finder#MOST} may be found in part or not at all, and {@code ^} and {@code $} are the ends of the window. Not thread-safe.
 */
public final class TextSearch {

    /** The most of a line in the heap, in characters. */
    static final int MOST_IN_LINE = 1 << 16;

    /** By as much the windows of a long line overlap, so that no match is cut. */
    private static final int OVERLAP = 1 << 10;

    private static final int MOST_IN_EXCERPT = 240;
    private static final int BEFORE_MATCH = 80;

    private final Finder finder;
    private final int mostHits;
    private final BooleanSupplier mustStop;
    private final String epoch;
    private final Position start;
    private final ControlSequences sequences = new ControlSequences();
    private final Deque<Mark> marks = new ArrayDeque<>();
    private final List<Hit> hits = new ArrayList<>();

    /** The text from an offset on, without control sequences. The offset counts from the first event that was read. */
    private final StringBuilder text = new StringBuilder();

    private long offset;

    /** Where in {@link #text} the current line or window begins; may be beyond its end. */
    private int window;

    /** Up to here {@link #text} holds no end of a line behind the window's beginning. */
    private int scanned;

    private long line;

    /** The characters of the line before the window. */
    private long column;

    /** No match of this line begins before this column. */
    private long from;

    private boolean stopped;

    /** Where the text of an event begins. */
    private record Mark(long sequence, long offset, boolean isOutside) {}

    /**
     * A match.
     *
     * @param event where it begins
     * @param line its number, from 1
     * @param column how many characters of the line are before it
     * @param excerpt at most {@value #MOST_IN_EXCERPT} characters of the line
     * @param excerptColumn where in the line the excerpt begins
     */
    public record Hit(EventId event, long line, long column, int length, String excerpt, long excerptColumn) {}

    /**
     * Where a search begins or goes on.
     *
     * @param event the first event to be read
     * @param skip how much of the text from there on, without control sequences, has been searched
     * @param line the number of the line that follows
     * @param column how many of its characters have been searched
     * @param from before this column no match begins
     */
    public record Position(EventId event, long skip, long line, long column, long from) {

        private static final Pattern FORM = Pattern.compile("(.{1,51})((?:\\.(?:0|[1-9][0-9]{0,17})){4})");

        /** Parses what {@link #toString()} returned; empty if the text is no position. */
        public static Optional<Position> parse(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                return Optional.empty();
            }
            String[] numbers = form.group(2).split("\\.", -1);
            return EventId.parse(form.group(1))
                    .map(event -> new Position(
                            event,
                            Long.parseLong(numbers[1]),
                            Long.parseLong(numbers[2]),
                            Long.parseLong(numbers[3]),
                            Long.parseLong(numbers[4])));
        }

        /** Returns the position before the first character from that event on. */
        public static Position before(EventId event) {
            return new Position(event, 0, 1, 0, 0);
        }

        @Override
        public String toString() {
            return event + "." + skip + "." + line + "." + column + "." + from;
        }
    }

    /**
     * @param mostHits the number of matches after which it stops
     * @param mustStop asked after each look into a line: whether it stops as soon as it can go on from there
     */
    public TextSearch(Finder finder, Position start, int mostHits, BooleanSupplier mustStop) {
        this.finder = finder;
        this.mostHits = mostHits;
        this.mustStop = mustStop;
        this.epoch = start.event().epoch();
        this.start = start;
        this.window = Math.toIntExact(Math.min(start.skip(), Integer.MAX_VALUE));
        this.line = start.line();
        this.column = start.column();
        this.from = start.from();
    }

    /** Searches deltas; returns whether it is ready for more. */
    public boolean search(List<Delta> deltas) {
        for (Delta delta : deltas) {
            add(delta);
            searchLines();
            if (stopped) {
                return false;
            }
        }
        return true;
    }

    /** Searches the line that has no end, because no text follows. */
    public void end() {
        sequences.end(text);
        searchLines();
        if (!stopped) {
            searchRest();
        }
    }

    private void searchRest() {
        if (window < text.length()) {
            searchWindow(text.substring(window), Integer.MAX_VALUE);
            advance(text.length(), line, column + text.length() - window);
        }
    }

    public List<Hit> hits() {
        return hits;
    }

    /** Returns how many lines of the text have begun, those before where it began included. */
    public long lines() {
        return column > 0 ? line : line - 1;
    }

    /** Returns whether it stopped before the end of what it was given. */
    public boolean isStopped() {
        return stopped;
    }

    private void add(Delta delta) {
        long at = offset + text.length();
        Mark before = marks.peekLast();
        boolean isEmpty = before != null && before.offset == at;
        // The delta before had only sequences: of many such there is one mark.
        if (isEmpty && sequences.isOutside()) {
            marks.removeLast();
        }
        if (!isEmpty || sequences.isOutside()) {
            marks.add(new Mark(delta.sequence(), at, sequences.isOutside()));
        }
        sequences.strip(delta.text(), text);
    }

    private void searchLines() {
        while (!stopped && window < text.length()) {
            int end = text.indexOf("\n", Math.max(window, scanned));
            if (end >= 0 && end - window <= MOST_IN_LINE) {
                boolean isReturned = end > window && text.charAt(end - 1) == '\r';
                searchWindow(text.substring(window, isReturned ? end - 1 : end), Integer.MAX_VALUE);
                advance(end + 1, line + 1, 0);
            } else if (text.length() - window > MOST_IN_LINE) {
                searchWindow(text.substring(window, window + MOST_IN_LINE), MOST_IN_LINE - OVERLAP);
                advance(window + MOST_IN_LINE - OVERLAP, line, column + MOST_IN_LINE - OVERLAP);
            } else {
                scanned = text.length();
                break;
            }
        }
        forget();
    }

    private void advance(int newWindow, long newLine, long newColumn) {
        if (!stopped) {
            window = newWindow;
            from = newLine == line ? Math.max(from, newColumn) : 0;
            line = newLine;
            column = newColumn;
        }
    }

    /**
     * @param limit matches that begin there or later are left to the next window
     */
    private void searchWindow(String chars, int limit) {
        long at = Math.max(0, from - column);
        while (at <= chars.length()) {
            Span found = finder.find(chars, (int) at);
            if (found == null || found.start() >= limit) {
                return;
            }
            boolean isEmpty = found.start() == found.end();
            if (!isEmpty) {
                hits.add(hit(chars, found));
            }
            at = found.end() + (isEmpty ? 1L : 0);
            from = column + at;
            if (hits.size() >= mostHits || mustStop.getAsBoolean()) {
                stopped = true;
                return;
            }
        }
    }

    private Hit hit(String chars, Span found) {
        int first = charAt(chars, Math.max(0, found.start() - BEFORE_MATCH));
        int last = charAt(chars, Math.min(chars.length(), first + MOST_IN_EXCERPT));
        EventId event = new EventId(epoch, sequenceAt(offset + window + found.start()));
        return new Hit(
                event,
                line,
                column + found.start(),
                found.end() - found.start(),
                chars.substring(first, last),
                column + first);
    }

    /** Returns the index, or the one before if it is within a surrogate pair. */
    private static int charAt(String chars, int index) {
        boolean isWithin = index > 0
                && index < chars.length()
                && Character.isSurrogatePair(chars.charAt(index - 1), chars.charAt(index));
        return isWithin ? index - 1 : index;
    }

    private long sequenceAt(long at) {
        return markAt(at, false).sequence;
    }

    /** Returns the last event that begins at that offset or before. */
    private Mark markAt(long at, boolean mustBeOutside) {
        for (Iterator<Mark> newest = marks.descendingIterator(); newest.hasNext(); ) {
            Mark mark = newest.next();
            if (mark.offset <= at && (mark.isOutside || !mustBeOutside)) {
                return mark;
            }
        }
        return marks.getFirst();
    }

    /** Forgets what has been searched. */
    private void forget() {
        int searched = Math.min(window, text.length());
        text.delete(0, searched);
        offset += searched;
        window -= searched;
        scanned = Math.max(0, scanned - searched);
        if (marks.isEmpty()) {
            return;
        }
        Mark needed = markAt(offset, true);
        while (marks.getFirst().sequence < needed.sequence) {
            marks.removeFirst();
        }
    }

    /**
     * Returns whether the search would go on further than where it began, if it stopped now.
     *
     * @param next the sequence of the first event that was not read
     */
    public boolean hasMoved(long next) {
        return !reached(next).equals(start);
    }

    /**
     * Returns where the search goes on. If it {@linkplain #hasMoved has not moved}, because the line is longer than one request
     * can read, it goes on behind what was read: a match across that place is not found.
     *
     * @param next the sequence of the first event that was not read
     */
    public Position position(long next) {
        if (!hasMoved(next)) {
            searchRest();
            return stopped ? reached(next) : new Position(new EventId(epoch, next), 0, line, column, from);
        }
        return reached(next);
    }

    private Position reached(long next) {
        if (!stopped && sequences.isOutside() && window >= text.length()) {
            return new Position(new EventId(epoch, next), window - text.length(), line, column, from);
        }
        Mark mark = markAt(offset + window, true);
        return new Position(new EventId(epoch, mark.sequence), offset + window - mark.offset, line, column, from);
    }
}
