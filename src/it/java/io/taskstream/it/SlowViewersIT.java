package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer;
import io.taskstream.it.wire.RawViewer.Frame;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Five of a hundred viewers never read: nobody else notices, and they are told the truth when they read again. */
class SlowViewersIT extends OnServer {

    private static final int EVENTS = 20_000;
    private static final int HEALTHY = 95;
    private static final int STALLED = 5;
    private static final int EVENTS_AT_ONCE = 20;

    private static final Pattern EVENT = Pattern.compile("id: [0-9a-z]+-(\\d+)\ndata: \"(\\d+) x*\"\n");
    private static final Pattern LAG =
            Pattern.compile("event: lag\ndata: dropped (\\d+) events due to slow consumer\n");

    private final Api api = Api.underTest();
    private final URI url = api.at("");
    private final Server server = ServerUnderTest.get();

    @Test
    void slowViewersHarmNoOneAndAreToldTheTruth() throws IOException {
        String task = api.createTask();
        String path = "/tasks/" + task + "/stream";
        long heapBefore = server.liveHeap();

        List<RawViewer> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            stalled.add(RawViewer.openPaused(url, path, 4096));
        }
        List<CountingViewer> healthy = new ArrayList<>();
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < HEALTHY; i++) {
            healthy.add(new CountingViewer(client, api.at(path)));
        }

        publish(task);
        for (CountingViewer viewer : healthy) {
            viewer.awaitEvent(EVENTS, Duration.ofSeconds(60));
            assertThat(viewer.problem()).isEmpty();
        }
        long heapAfter = server.liveHeap();
        System.out.printf("Slow viewers: live heap %,d bytes before, %,d with 5 stalled%n", heapBefore, heapAfter);
        assertThat(heapAfter - heapBefore)
                .as("heap for what the stalled have not read")
                .isLessThan(64L << 20);

        api.publish(task, "{\"type\":\"done\"}");
        for (RawViewer viewer : stalled) {
            viewer.resume();
            assertAccountedFor(viewer.rest(Duration.ofSeconds(30)));
        }
        healthy.forEach(CountingViewer::close);
    }

    /** Twenty events of 1 KiB at a time, as fast as the healthy can take them on this machine. */
    private void publish(String task) throws IOException {
        try (var publisher = new RawPublisher(url, task, "application/x-ndjson")) {
            var lines = new StringBuilder();
            for (int i = 1; i <= EVENTS; i++) {
                lines.append('"').append(i).append(' ').append("x".repeat(1010)).append("\"\n");
                if (i % EVENTS_AT_ONCE == 0) {
                    publisher.send(lines.toString());
                    lines.setLength(0);
                    Await.sleep(Duration.ofMillis(10));
                }
            }
            assertThat(publisher.end()).contains("\"count\":" + EVENTS);
        }
    }

    /** Every event came in order, or a lag frame says exactly how many did not. */
    private static void assertAccountedFor(List<Frame> frames) {
        long next = 1;
        for (Frame frame : frames) {
            Matcher lag = LAG.matcher(frame.text());
            Matcher event = EVENT.matcher(frame.text());
            if (lag.matches()) {
                assertThat(frame.text()).doesNotContain("id:");
                next += Long.parseLong(lag.group(1));
            } else if (event.matches()) {
                assertThat(Long.parseLong(event.group(1))).isEqualTo(next);
                assertThat(Long.parseLong(event.group(2))).isEqualTo(next);
                next++;
            }
        }
        assertThat(frames.get(frames.size() - 1).text()).contains("{\"type\":\"done\"}");
        assertThat(next).as("all accounted for").isEqualTo(EVENTS + 1);
    }
}
