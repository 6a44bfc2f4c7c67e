package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.EventId;

/**
 * What a batch with an idempotency key was answered.
 *
 * @param last the sequence of its last event
 * @param timeMillis when, since 1970
 */
record KeyAnswer(int count, long last, long timeMillis) {

    Appended appended(EventId inLog) {
        return new Appended(count, inLog.at(last));
    }
}
