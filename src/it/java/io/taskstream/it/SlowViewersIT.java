package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawViewer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Five of a hundred viewers never read: no other viewer is affected, and their lag is exact when they read again. */
class SlowViewersIT extends OnServer {

    private static final int EVENTS = 10_000;
    private static final int HEALTHY = 95;
    private static final int STALLED = 5;

    /** The publisher waits for the healthy viewers, so that none lags on a busy machine; it ignores the stalled ones. */
    private static final int EVENTS_AHEAD = 200;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

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
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        for (int i = 0; i < HEALTHY; i++) {
            healthy.add(new CountingViewer(client, api.at(path)));
        }

        long began = System.nanoTime();
        NumberedEvents.publish(url, task, EVENTS, sent -> awaitEvent(sent - EVENTS_AHEAD, healthy));
        for (CountingViewer viewer : healthy) {
            viewer.awaitEvent(EVENTS, PATIENCE);
            assertThat(viewer.problem()).isEmpty();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long heapAfter = server.liveHeap();
        System.out.printf(
                "Slow viewers: %,d events to %d healthy in %.1f s; live heap %,d bytes before, %,d with %d stalled%n",
                EVENTS, HEALTHY, seconds, heapBefore, heapAfter, STALLED);
        assertThat(heapAfter - heapBefore)
                .as("heap for what the stalled have not read")
                .isLessThan(64L << 20);

        api.publish(task, "{\"type\":\"done\"}");
        for (RawViewer viewer : stalled) {
            viewer.resume();
            assertThat(NumberedEvents.missingOf(EVENTS, viewer.rest(PATIENCE)))
                    .as("events that the log no longer has, which keeps more than were published")
                    .isZero();
        }
        healthy.forEach(CountingViewer::close);
    }

    private static void awaitEvent(int sequence, List<CountingViewer> viewers) {
        viewers.forEach(viewer -> viewer.awaitEvent(sequence, PATIENCE));
    }
}
