package io.taskstream.http;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.Publishers;
import io.taskstream.task.EventReader;
import java.util.concurrent.Executor;

/**
 * What all publishers of lines share.
 *
 * @param log takes the events
 * @param events reads them
 * @param executor does the reading, so that no thread of the container does
 * @param maxLine the longest line, in bytes
 * @param publishers counts those who are at it
 */
public record PublishContext(EventLog log, EventReader events, Executor executor, int maxLine, Publishers publishers) {

    /** The same, counted for nobody. */
    public PublishContext(EventLog log, EventReader events, Executor executor, int maxLine) {
        this(log, events, executor, maxLine, new Publishers());
    }
}
