package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import java.util.Objects;

/**
 * What a batch with an idempotency key was answered.
 *
 * @param last the sequence of its last event
 * @param timeMillis when, since 1970
 * @param fingerprint of its events
 */
record KeyAnswer(int count, long last, long timeMillis, String fingerprint) {

    /** The answer to a batch that has been appended, with its key. */
    static KeyAnswer of(JournalRecord.BatchAppended added) {
        return new KeyAnswer(
                added.events().size(), added.last(), added.timeMillis(), Objects.requireNonNull(added.fingerprint()));
    }

    /**
     * Returns the answer to another batch of the same key.
     *
     * @throws EventLogException.KeyReused if that has other events
     */
    Appended repeat(Batch batch, EventId inLog) {
        if (!fingerprint.equals(batch.fingerprint())) {
            throw new EventLogException.KeyReused();
        }
        return new Appended(count, inLog.at(last));
    }
}
