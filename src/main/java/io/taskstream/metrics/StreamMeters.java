package io.taskstream.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of viewers. Each is updated once per write or per fan-out pass, never per event, and without a lock.
 *
 * @param opened number of viewers that have connected
 * @param ended number of viewers that have disconnected, by reason
 * @param events number of events written, counted once per viewer
 * @param bytes bytes of frames written
 * @param heartbeats number of heartbeats written
 * @param lags number of {@code lag} notices to slow viewers
 * @param dropped number of events that slow viewers have missed for good
 * @param trimmed number of viewers that asked for events which retention has removed
 * @param reset number of viewers that came with an id of another epoch
 * @param eventsPerWrite number of events per write
 * @param passes duration of a fan-out pass, in nanoseconds
 * @param lag time from the first append that a pass serves to the write to the last viewer that was ready, in nanoseconds
 * @param resume time from a viewer's arrival until it has received all that the log held, in nanoseconds
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
        Histogram eventsPerWrite,
        Histogram passes,
        Histogram lag,
        Histogram resume) {

    /** Returns meters that have counted nothing. */
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
                Histogram.ofCounts(),
                Histogram.ofDurations(),
                Histogram.ofDurations(),
                Histogram.ofDurations());
    }

    /** Returns the number of viewers that are connected. */
    public long viewers() {
        return Math.max(
                0,
                opened.sum() - ended.values().stream().mapToLong(LongAdder::sum).sum());
    }

    /** Counts a viewer that has disconnected. */
    public void end(Ending ending) {
        LongAdder counted = ended.get(ending);
        if (counted != null) {
            counted.increment();
        }
    }

    /** Counts one write to one viewer; without events if it held only a heartbeat or a notice. */
    public void wrote(long count, int length) {
        bytes.add(length);
        if (count > 0) {
            events.add(count);
            eventsPerWrite.record(count);
        }
    }
}
