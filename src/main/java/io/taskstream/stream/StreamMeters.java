package io.taskstream.stream;

import io.taskstream.eventlog.Distribution;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is counted about viewers. Everything is counted per write or per pass, never per event, and without a lock.
 *
 * @param opened viewers that have come
 * @param ended viewers that have gone, by how
 * @param events events written, each as often as there were viewers for it
 * @param bytes bytes of frames written
 * @param heartbeats heartbeats written
 * @param lags times that a slow viewer was told of events it will never get
 * @param dropped events that slow viewers were told they will never get
 * @param trimmed times that a viewer asked for events that are not kept any more
 * @param reset times that a viewer came from another log
 * @param eventsPerWrite events that were written at once
 * @param passes time of a fan-out pass, in nanoseconds
 * @param lag time from the first append that a pass serves to when all viewers that take bytes have been written to, in
 *     nanoseconds
 * @param resume time from a viewer's coming to when it has got all that the log held, in nanoseconds
 */
public record StreamMeters(
        LongAdder opened,
        Map<Ending, LongAdder> ended,
        LongAdder events,
        LongAdder bytes,
        LongAdder heartbeats,
        LongAdder lags,
        LongAdder dropped,
        LongAdder trimmed,
        LongAdder reset,
        Distribution eventsPerWrite,
        Distribution passes,
        Distribution lag,
        Distribution resume) {

    /** Nothing counted yet. */
    public static StreamMeters create() {
        Map<Ending, LongAdder> ended = new EnumMap<>(Ending.class);
        for (Ending ending : Ending.values()) {
            ended.put(ending, new LongAdder());
        }
        return new StreamMeters(
                new LongAdder(),
                Map.copyOf(ended),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                Distribution.ofCounts(),
                Distribution.ofDurations(),
                Distribution.ofDurations(),
                Distribution.ofDurations());
    }

    /** How many viewers there are now. */
    public long viewers() {
        return Math.max(
                0,
                opened.sum() - ended.values().stream().mapToLong(LongAdder::sum).sum());
    }

    void end(Ending ending) {
        LongAdder counted = ended.get(ending);
        if (counted != null) {
            counted.increment();
        }
    }

    void wrote(long count, int length) {
        bytes.add(length);
        if (count > 0) {
            events.add(count);
            eventsPerWrite.record(count);
        }
    }
}
