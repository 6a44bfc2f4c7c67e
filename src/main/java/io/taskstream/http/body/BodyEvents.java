package io.taskstream.http.body;

import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidItemException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of one body: parses its bytes as they arrive, and keeps each event until it is taken for a batch, with its end
 * in the body. Not thread-safe.
 */
final class BodyEvents {

    private final LineFormat format;
    private final Charset charset;
    private final EventReader reader;
    private final BodySplitter splitter;
    private final boolean mayBeMarked;

    private final List<EventData> arrived = new ArrayList<>();

    /** For each event the number of bytes of the body up to its end. */
    private long[] ends = new long[64];

    private long arrivedBytes;
    private long pieces;
    private long parsed;
    private long taken;
    private long pendingSince;

    /**
     * @param maxLine the longest line of NDJSON, in bytes
     * @param charset encodes line ends as ASCII does
     * @param mayBeMarked whether the body may begin with a byte order mark
     */
    BodyEvents(LineFormat format, int maxLine, Charset charset, boolean mayBeMarked, EventReader reader) {
        this.format = format;
        this.charset = charset;
        this.mayBeMarked = mayBeMarked && charset.equals(StandardCharsets.UTF_8);
        this.reader = reader;
        this.splitter = format.splitter(maxLine, charset);
    }

    /**
     * Adds the next bytes of the body.
     *
     * @param now the time in nanoseconds
     * @throws InvalidItemException if an event is wrong; the line is named
     */
    void add(byte[] bytes, int count, long now) {
        boolean isContinued = splitter.mayPause();
        long before = pieces;
        splitter.add(bytes, count, this::addPiece);
        if (!isContinued || pieces > before) {
            pendingSince = now;
        }
    }

    /** Makes events of all bytes that are left, because the body has ended. */
    void end() {
        splitter.end(this::addPiece);
    }

    /** Makes an event of an unfinished line of text as far as it has come, but for an unfinished character. */
    void pause() {
        splitter.pause(this::addPiece);
    }

    /** Tells whether a {@link #pause} would make an event. */
    boolean mayPause() {
        return splitter.mayPause();
    }

    /** Returns when the first byte arrived that a pause would make an event of. */
    long pendingSince() {
        return pendingSince;
    }

    /** Returns the number of the line of NDJSON that has begun and not ended; 0 for none. */
    long unfinishedLine() {
        return format == LineFormat.NDJSON && splitter.pending() > 0 ? pieces + 1 : 0;
    }

    private void addPiece(byte[] bytes, int offset, int length, int raw) {
        pieces++;
        EventData event = read(bytes, offset, length);
        // The bytes of a piece without an event count to the next event.
        parsed += raw;
        if (event == null) {
            return;
        }
        if (arrived.size() == ends.length) {
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        ends[arrived.size()] = parsed;
        arrived.add(event);
        arrivedBytes += event.heapBytes();
    }

    private @Nullable EventData read(byte[] bytes, int offset, int length) {
        int mark = mayBeMarked && pieces == 1 ? JsonBody.lengthOfMark(bytes, offset, length) : 0;
        try {
            return format.read(bytes, offset + mark, length - mark, charset, reader);
        } catch (InvalidItemException.TooManyElements e) {
            throw e;
        } catch (InvalidItemException e) {
            // The parser sees each line as the first.
            String message = String.valueOf(e.getMessage()).replaceFirst("line no=1, ", "");
            throw new InvalidItemException("Line " + pieces + ": " + message);
        }
    }

    /** Tells whether all events were taken. */
    boolean isEmpty() {
        return arrived.isEmpty();
    }

    /** Returns how many events were not taken. */
    int size() {
        return arrived.size();
    }

    /** Forgets the events that were not taken. */
    void clear() {
        arrived.clear();
    }

    /** Removes and returns the first of the events, at most so many, up to and with a terminal event. There must be one. */
    List<EventData> take(int most) {
        List<EventData> batch = List.copyOf(arrived.subList(0, lengthOfBatch(most)));
        taken = ends[batch.size() - 1];
        arrived.subList(0, batch.size()).clear();
        System.arraycopy(ends, batch.size(), ends, 0, arrived.size());
        return batch;
    }

    /** Counts the bytes behind the last event, such as blank lines, as taken. */
    void takeRest() {
        taken = parsed;
    }

    /** Returns how many bytes of the body are parsed, from its beginning. */
    long parsed() {
        return parsed;
    }

    private int lengthOfBatch(int most) {
        int count = Math.min(arrived.size(), most);
        for (int i = 0; i < count; i++) {
            if (arrived.get(i).end() != null) {
                return i + 1;
            }
        }
        return count;
    }

    /** Returns how many bytes of the body the events that were taken stand for, from its beginning. */
    long taken() {
        return taken;
    }

    /** Returns how many bytes of heap the body holds. Events that were taken count until they are {@linkplain #settle settled}. */
    long heapBytes() {
        return splitter.pending() + arrivedBytes;
    }

    /** Accepts that the events that were taken are in the log, or never will be. */
    void settle() {
        if (arrived.isEmpty()) {
            arrivedBytes = 0;
        }
    }
}
