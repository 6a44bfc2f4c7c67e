package io.taskstream.eventlog;

import org.jspecify.annotations.Nullable;

/**
 * The result of an append, or of the earlier append that it repeats.
 *
 * @param count number of events in the batch
 * @param last id of the last of them; the log's last event if the batch holds none
 * @param upload the upload that the batch has changed, {@code null} for none
 */
public record Appended(int count, EventId last, @Nullable Upload upload) {

    /** Creates the result of a batch that changes no upload. */
    public Appended(int count, EventId last) {
        this(count, last, null);
    }
}
