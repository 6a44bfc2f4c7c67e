package io.taskstream.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.Samples;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private final OpsFixture fixture = new OpsFixture();

    @Test
    void whatHappensIsShown() {
        fixture.watch();
        fixture.watch();
        fixture.publish("1", "22");
        fixture.ticker.advance(Duration.ofMillis(3));
        fixture.publish(Samples.DONE);
        fixture.publishers.begin(reason -> {});
        assertThat(fixture.scrape().lines())
                .contains(
                        "taskstream_viewers 0.0",
                        "taskstream_viewers_opened_total 2.0",
                        "taskstream_viewers_ended_total{reason=\"finished\"} 2.0",
                        "taskstream_viewers_ended_total{reason=\"stalled\"} 0.0",
                        "taskstream_events_received_total 3.0",
                        "taskstream_received_bytes_total 18.0",
                        "taskstream_events_sent_total 6.0",
                        "taskstream_write_events_bucket{le=\"2.0\"} 4",
                        "taskstream_write_events_count 4",
                        "taskstream_append_seconds_count 2",
                        "taskstream_tasks{status=\"completed\"} 1.0",
                        "taskstream_tasks{status=\"open\"} 0.0",
                        "taskstream_log_tasks 1.0",
                        "taskstream_log_available 1.0",
                        "taskstream_draining 0.0",
                        "taskstream_publishers 1.0");
    }

    @Test
    void durationsAreInSeconds() {
        fixture.meters.passes().record(2_000_000);
        assertThat(fixture.scrape().lines())
                .contains(
                        "taskstream_fanout_pass_seconds_bucket{le=\"0.001\"} 0",
                        "taskstream_fanout_pass_seconds_bucket{le=\"0.0025\"} 1",
                        "taskstream_fanout_pass_seconds_bucket{le=\"+Inf\"} 1",
                        "taskstream_fanout_pass_seconds_sum 0.002");
    }

    @Test
    void commitsAreToldApartByWhatDelaysThem() {
        fixture.appends.commits().checkpoints().record(2_000_000);
        assertThat(fixture.scrape().lines())
                .contains(
                        "taskstream_log_commit_seconds_count{cause=\"checkpoint\"} 1",
                        "taskstream_log_commit_seconds_sum{cause=\"checkpoint\"} 0.002",
                        "taskstream_log_commit_seconds_count{cause=\"group\"} 0",
                        "taskstream_log_commit_seconds_count{cause=\"segment\"} 0");
    }

    @Test
    void everyNameIsOursAndHasAHelpText() {
        List<String> lines = fixture.scrape().lines().toList();
        List<String> families = lines.stream()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ", -1)[2])
                .toList();
        assertThat(families).hasSizeGreaterThan(20).allMatch(name -> name.matches("taskstream_[a-z_]+[a-z]"));
        for (String family : families) {
            assertThat(lines).anyMatch(line -> line.matches("# HELP " + family + " [A-Z1].{15,}"));
        }
    }

    @Test
    void aDrainIsShown() {
        fixture.drain.run();
        assertThat(fixture.scrape().lines())
                .contains(
                        "taskstream_draining 1.0",
                        "taskstream_log_available 0.0",
                        "taskstream_log_bytes NaN",
                        "taskstream_log_tasks NaN",
                        "taskstream_tasks{status=\"open\"} NaN");
    }
}
