package io.taskstream.http.body;

import java.time.Duration;

/**
 * The time that a line of NDJSON may take from its first byte to its end. Silence between lines may last; and while nothing is
 * read, a line cannot end. One thread at a time notes lines, and one at a time asks.
 */
final class LineDeadline {

    private final long patience;

    /** The number of the line that has begun and not ended; 0 for none. */
    private volatile long unfinished;

    // Used by who asks only.
    private long last;
    private long since;

    /**
     * @param patience zero for ever
     */
    LineDeadline(Duration patience) {
        this.patience = patience.toNanos();
    }

    /** Notes the number of the line that has begun and not ended; 0 for none. */
    void note(long line) {
        unfinished = line;
    }

    /**
     * Tells whether a line takes too long. To be asked periodically.
     *
     * @param now the time in nanoseconds
     * @param isRead whether the body is being read
     */
    boolean isOver(long now, boolean isRead) {
        long line = unfinished;
        if (line == 0 || line != last || !isRead) {
            last = line;
            since = now;
            return false;
        }
        return patience > 0 && now - since >= patience;
    }
}
