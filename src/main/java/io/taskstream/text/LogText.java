package io.taskstream.text;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.EventReader;
import io.taskstream.task.TaskId;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The text of some events of a log, in UTF-8.
 *
 * @param first the first event
 * @param last the sequence of the last event; smaller than that of the first if there is none
 * @param isStripped whether it is without control sequences
 */
public record LogText(EventLog log, EventReader events, TaskId task, EventId first, long last, boolean isStripped) {

    /** So many bytes are between two marks. */
    private static final long BETWEEN_MARKS = 1 << 22;

    /**
     * How long a text is.
     *
     * @param marks the sequences of some events by the number of bytes before them; there is one for 0 bytes
     */
    public record Size(long bytes, NavigableMap<Long, Long> marks) {}

    /**
     * Returns a reader of the text.
     *
     * @param from the sequence to begin with
     */
    public TextReader reader(long from) {
        return new TextReader(log, events, task, first.at(from), last);
    }

    /** Returns an encoder to begin with. */
    public TextEncoder encoder() {
        return new TextEncoder(isStripped ? new ControlSequences() : null);
    }

    /** Reads the text to measure it; never blocks. */
    public CompletionStage<Size> measure(Executor executor) {
        TextReader reader = reader(first.sequence());
        TextEncoder encoder = encoder();
        NavigableMap<Long, Long> marks = new TreeMap<>();
        marks.put(0L, first.sequence());
        long[] bytes = {0};
        return reader.forEach(executor, deltas -> {
                    bytes[0] += encoder.encode(deltas).length;
                    if (encoder.isBetween() && bytes[0] - marks.lastKey() >= BETWEEN_MARKS) {
                        marks.put(bytes[0], reader.next());
                    }
                    return true;
                })
                .thenApply(done -> new Size(bytes[0] + encoder.end().length, marks));
    }
}
