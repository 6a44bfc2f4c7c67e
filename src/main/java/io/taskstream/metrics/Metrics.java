package io.taskstream.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.taskstream.metrics.LogMeters.Commits;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The registry that gives names to the meters of all packages. Values are read when they are scraped; the meters
 * themselves know nothing of Prometheus. Thread-safe.
 */
public final class Metrics {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long UNKNOWN = -1;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /**
     * @param usage measures the log at each scrape
     * @param isAvailable whether the log accepts events now
     */
    public Metrics(StreamMeters stream, LogMeters appends, Supplier<LogUsage> usage, BooleanSupplier isAvailable) {
        viewers(stream);
        events(stream, appends);
        slowness(stream);
        durations(stream, appends);
        log(usage, isAvailable);
    }

    /** Exposes also the number of requests that are publishing. */
    public Metrics withPublishers(Supplier<Number> publishers) {
        gauge("taskstream.publishers", "Requests whose bodies are arriving and published now", publishers, null);
        return this;
    }

    /** Exposes also whether the server is draining. */
    public Metrics withDrain(BooleanSupplier isDraining) {
        gauge(
                "taskstream.draining",
                "1 from when the server sends its viewers away, 0 before",
                () -> isDraining.getAsBoolean() ? 1 : 0,
                null);
        return this;
    }

    /** Exposes also the number of refused requests, by reason. */
    public Metrics withRefusals(Map<String, LongAdder> counts) {
        counts.forEach((reason, count) -> counter(
                "taskstream.requests.refused",
                "Requests that were answered with an error, by what was wrong",
                count,
                new Label("reason", reason)));
        return this;
    }

    private void viewers(StreamMeters stream) {
        gauge("taskstream.viewers", "Viewers that are connected now", stream::viewers, null);
        counter("taskstream.viewers.opened", "Viewers that have come", stream.opened(), null);
        stream.ended()
                .forEach((ending, count) -> counter(
                        "taskstream.viewers.ended",
                        "Viewers that have gone, by how their stream ended",
                        count,
                        new Label("reason", ending.wireName())));
        counter("taskstream.heartbeats", "Heartbeats sent to silent viewers", stream.heartbeats(), null);
    }

    private void events(StreamMeters stream, LogMeters appends) {
        counter("taskstream.events.received", "Events that were published and kept", appends.events(), null);
        counter("taskstream.received.bytes", "Bytes of the data of events that were kept", appends.bytes(), null);
        counter(
                "taskstream.events.sent",
                "Events sent to viewers, each as often as there were viewers for it",
                stream.events(),
                null);
        counter("taskstream.sent.bytes", "Bytes of frames sent to viewers", stream.bytes(), null);
        histogram(
                "taskstream_write_events",
                "Events that one write to one viewer carried",
                1,
                Map.of(Labels.EMPTY, stream.eventsPerWrite()));
    }

    private void slowness(StreamMeters stream) {
        counter("taskstream.lags", "Times that a slow viewer was told what it missed", stream.lags(), null);
        counter("taskstream.events.dropped", "Events that slow viewers will never get", stream.dropped(), null);
        String gaps = "Viewers that asked for events that are not there any more, by why";
        counter("taskstream.gaps", gaps, stream.trimmed(), new Label("reason", "trimmed"));
        counter("taskstream.gaps", gaps, stream.reset(), new Label("reason", "reset"));
    }

    private void durations(StreamMeters stream, LogMeters appends) {
        seconds("taskstream_fanout_pass_seconds", "Time to look after all viewers of one task once", stream.passes());
        seconds(
                "taskstream_delivery_lag_seconds",
                "Time from an append to when all viewers that take bytes have been written to",
                stream.lag());
        seconds(
                "taskstream_resume_seconds",
                "Time from a viewer's coming to when it had got all that was there for it",
                stream.resume());
        seconds("taskstream_append_seconds", "Time from an append to when its events are kept", appends.appends());
        seconds(
                "taskstream_log_sync_seconds",
                "Time that the log's disk took for a sync, or its Redis for a call that appends",
                appends.syncs());
        Commits commits = appends.commits();
        histogram(
                "taskstream_log_commit_seconds",
                "Time that the embedded log took to commit a group, alone or while it wrote a checkpoint, and to begin a"
                        + " segment of its journal, for which groups wait",
                NANOS_PER_SECOND,
                Map.of(
                        Labels.of("cause", "group"), commits.alone(),
                        Labels.of("cause", "checkpoint"), commits.checkpoints(),
                        Labels.of("cause", "segment"), commits.segments()));
    }

    private void log(Supplier<LogUsage> log, BooleanSupplier isAvailable) {
        gauge(
                "taskstream.log.bytes",
                "Bytes that the log takes, on the disk if it has one",
                () -> measured(log, LogUsage::bytes),
                null);
        gauge("taskstream.log.tasks", "Tasks in the log, of any status", () -> measured(log, LogUsage::tasks), null);
        for (String status : List.of("open", "completed", "failed", "cancelled")) {
            gauge(
                    "taskstream.tasks",
                    "Tasks in the log, by status",
                    () -> measured(log, usage -> usage.tasksByStatus().getOrDefault(status, UNKNOWN)),
                    new Label("status", status));
        }
        gauge(
                "taskstream.log.available",
                "1 as long as the log can keep events, otherwise 0",
                () -> isAvailable.getAsBoolean() ? 1 : 0,
                null);
    }

    /** Returns NaN if the engine does not measure the value or is unavailable: one gauge must not fail the whole scrape. */
    private static double measured(Supplier<LogUsage> log, ToLongFunction<LogUsage> part) {
        try {
            long value = part.applyAsLong(log.get());
            return value < 0 ? Double.NaN : value;
        } catch (RuntimeException e) {
            return Double.NaN;
        }
    }

    private record Label(String key, String value) {}

    private void counter(String name, String help, LongAdder count, @Nullable Label label) {
        FunctionCounter.Builder<LongAdder> counter =
                FunctionCounter.builder(name, count, LongAdder::sum).description(help);
        (label == null ? counter : counter.tag(label.key, label.value)).register(registry);
    }

    private void gauge(String name, String help, Supplier<Number> value, @Nullable Label label) {
        // By default the registry keeps a weak reference, and the lambda would be lost.
        Gauge.Builder<Supplier<Number>> gauge =
                Gauge.builder(name, value).description(help).strongReference(true);
        (label == null ? gauge : gauge.tag(label.key, label.value)).register(registry);
    }

    private void seconds(String name, String help, Histogram nanos) {
        histogram(name, help, NANOS_PER_SECOND, Map.of(Labels.EMPTY, nanos));
    }

    private void histogram(String name, String help, double unit, Map<Labels, Histogram> histograms) {
        registry.getPrometheusRegistry().register(Histogram.collector(name, help, unit, histograms));
    }

    /**
     * Returns all metrics in one of Prometheus's text formats.
     *
     * @param mediaType selects the format
     */
    public String scrape(String mediaType) {
        return registry.scrape(mediaType);
    }
}
