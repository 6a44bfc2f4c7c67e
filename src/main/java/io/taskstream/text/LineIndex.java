package io.taskstream.text;

import io.taskstream.eventlog.EventId;
import io.taskstream.text.TextReader.Delta;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which lines are in which events of a log. Lines end with {@code \n}; each event that is no text counts as a line of its own.
 * What was counted once is remembered, a place for each piece that was read, so that the heap never holds the text. Thread-safe.
 */
public final class LineIndex {

    private final LongFunction<TextReader> readers;

    /** In their order. Guarded by itself. */
    private final List<Place> known = new ArrayList<>();

    /**
     * A place before an event.
     *
     * @param line the number of the line that the text goes on in, from 1
     * @param isBegun whether that line begins before the event
     */
    public record Place(EventId event, long line, boolean isBegun) {

        /** Returns the place behind the event. */
        Place behind(Delta delta) {
            EventId next = event.at(delta.sequence() + 1);
            if (delta.text().isEmpty()) {
                return new Place(next, linesBegun() + 2, false);
            }
            long ends = delta.text().chars().filter(each -> each == '\n').count();
            return new Place(next, line + ends, !delta.text().endsWith("\n"));
        }

        /** Returns how many lines begin before it. */
        long linesBegun() {
            return isBegun ? line : line - 1;
        }
    }

    /**
     * @param first the first event that is counted
     * @param readers makes a reader that begins with that sequence, of the log as it is then
     */
    public LineIndex(EventId first, LongFunction<TextReader> readers) {
        this.readers = readers;
        known.add(new Place(first, 1, false));
    }

    /** Finds the place before an event; completes as {@link #beforeLine} does. */
    public CompletionStage<@Nullable Place> beforeEvent(long sequence, Executor executor, BooleanSupplier mustStop) {
        return new Search(sequence, Long.MAX_VALUE).run(executor, mustStop);
    }

    /**
     * Finds the place before the event in which a line begins.
     *
     * @param mustStop asked after each piece: whether it stops to be asked again, and then goes on from there
     * @return completes with the place, the end of the log if that line is not there yet, or null if it was stopped; never blocks
     */
    public CompletionStage<@Nullable Place> beforeLine(long line, Executor executor, BooleanSupplier mustStop) {
        return new Search(Long.MAX_VALUE, line).run(executor, mustStop);
    }

    private final class Search {

        private final long sequence;
        private final long line;
        private Place place;
        private boolean isFound;

        Search(long sequence, long line) {
            this.sequence = sequence;
            this.line = line;
            this.place = nearest();
        }

        /** The last known place that is not behind what is searched for. */
        private Place nearest() {
            synchronized (known) {
                int low = 0;
                int high = known.size() - 1;
                while (low < high) {
                    int middle = (low + high + 1) >>> 1;
                    Place each = known.get(middle);
                    if (each.event().sequence() <= sequence && each.linesBegun() < line) {
                        low = middle;
                    } else {
                        high = middle - 1;
                    }
                }
                return known.get(low);
            }
        }

        CompletionStage<@Nullable Place> run(Executor executor, BooleanSupplier mustStop) {
            if (place.event().sequence() >= sequence) {
                return CompletableFuture.completedStage(place);
            }
            TextReader reader = readers.apply(place.event().sequence());
            return reader.forEach(executor, deltas -> {
                        deltas.forEach(this::count);
                        if (!isFound) {
                            isFound = reader.next() > sequence;
                            place = new Place(
                                    place.event().at(isFound ? sequence : reader.next()),
                                    place.line(),
                                    place.isBegun());
                            remember(place);
                        }
                        return !isFound && !mustStop.getAsBoolean();
                    })
                    .thenApply(done -> isFound || reader.isAtEnd() ? place : null);
        }

        private void count(Delta delta) {
            if (isFound) {
                return;
            }
            Place behind = place.behind(delta);
            if (delta.sequence() >= sequence || behind.linesBegun() >= line) {
                isFound = true;
                place = new Place(
                        place.event().at(Math.min(delta.sequence(), sequence)), place.line(), place.isBegun());
            } else {
                place = behind;
            }
        }

        private void remember(Place newest) {
            synchronized (known) {
                if (newest.event().sequence()
                        > known.get(known.size() - 1).event().sequence()) {
                    known.add(newest);
                }
            }
        }
    }
}
