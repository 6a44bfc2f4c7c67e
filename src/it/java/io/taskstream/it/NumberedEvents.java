package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer.Frame;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Events of 1 KiB that carry their number, so that a viewer's events can be compared with the published ones. */
final class NumberedEvents {

    private static final Pattern EVENT = Pattern.compile("id: [0-9a-z]+-(\\d+)\ndata: \"(\\d+) x*\"\n");
    private static final Pattern LAG =
            Pattern.compile("event: lag\ndata: dropped (\\d+) events due to slow consumer\n");

    private static final int AT_ONCE = 20;

    private NumberedEvents() {}

    /**
     * Publishes that many events in one request, some at a time.
     *
     * @param whenSent gets the number of the last event sent, each time
     */
    static void publish(URI server, String task, int count, IntConsumer whenSent) throws IOException {
        try (var publisher = new RawPublisher(server, task, "application/x-ndjson")) {
            var lines = new StringBuilder();
            for (int i = 1; i <= count; i++) {
                lines.append(line(i));
                if (i % AT_ONCE == 0 || i == count) {
                    publisher.send(lines.toString());
                    lines.setLength(0);
                    whenSent.accept(i);
                }
            }
            assertThat(publisher.end()).contains("\"count\":" + count);
        }
    }

    private static String line(int number) {
        return "\"" + number + " " + "x".repeat(1010) + "\"\n";
    }

    /**
     * Checks that every event from the first to the last came in order and once, or that a lag frame says exactly how many
     * did not, and that the terminal event came behind them. Answers how many did not come.
     */
    static long missingOf(int last, List<Frame> frames) {
        long next = 1;
        long missing = 0;
        for (Frame frame : frames) {
            Matcher lag = LAG.matcher(frame.text());
            Matcher event = EVENT.matcher(frame.text());
            if (lag.matches()) {
                missing += Long.parseLong(lag.group(1));
                next += Long.parseLong(lag.group(1));
            } else if (event.matches()) {
                assertThat(Long.parseLong(event.group(1))).isEqualTo(next);
                assertThat(Long.parseLong(event.group(2))).isEqualTo(next);
                next++;
            }
        }
        assertThat(frames.get(frames.size() - 1).text()).contains("{\"type\":\"done\"}");
        assertThat(next).as("all accounted for").isEqualTo(last + 1);
        return missing;
    }
}
