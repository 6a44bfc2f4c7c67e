package io.taskstream.eventlog;

import java.util.concurrent.atomic.LongAdder;

/**
 * What is counted about the log, once per append.
 *
 * @param events events that were kept
 * @param bytes of their data
 * @param appends time from the call to when the events are kept, in nanoseconds
 * @param syncs time that the engine's disk took for each sync, or its Redis for each call that appends, in nanoseconds;
 *     it is the engine that measures it
 */
public record LogMeters(LongAdder events, LongAdder bytes, Distribution appends, Distribution syncs) {

    /** Nothing counted yet. */
    public static LogMeters create() {
        return new LogMeters(new LongAdder(), new LongAdder(), Distribution.ofDurations(), Distribution.ofDurations());
    }
}
