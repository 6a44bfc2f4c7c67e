package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawPublisher;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that are too large to arrive together with their head, from several producers at once. */
class LargeBodiesIT extends OnServer {

    private static final int PRODUCERS = 8;
    private static final int EVENTS = 100;
    private static final int MEBIBYTES = 100;
    private static final int PIECE = 1 << 16;

    /** The heap for recent events and for reading older events from disk. */
    private static final long RECENT = 96 << 20;

    private final Api api = Api.underTest();
    private final Server server = ServerUnderTest.get();

    @ParameterizedTest
    @CsvSource({"20000, application/json", "200000, application/json", "20000, text/plain", "200000, text/plain"})
    void eachIsKeptAndAnswered(int size, String type) throws Exception {
        long heapBefore = server.liveHeap();
        ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
        try {
            List<Future<String>> tasks = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) {
                tasks.add(producers.submit(() -> publish(size, type)));
            }
            for (Future<String> task : tasks) {
                assertThat(api.task(task.get()).getInt("events")).isEqualTo(EVENTS * pieces(size, type));
            }
        } finally {
            producers.shutdownNow();
        }
        assertThat(server.liveHeap() - heapBefore)
                .as("heap for requests that have been answered")
                .isLessThan(RECENT);
    }

    private String publish(int size, String type) {
        String task = api.createTask();
        String event = "\"" + "x".repeat(size) + "\"";
        for (int i = 1; i <= EVENTS; i++) {
            HttpResponse<String> answer = api.post("/tasks/" + task + "/events", type, event);
            assertThat(answer.statusCode())
                    .describedAs("event %d: %s", i, answer.body())
                    .isEqualTo(200);
            assertThat(Api.json(answer).getString("lastEventId")).endsWith("-" + i * pieces(size, type));
        }
        return task;
    }

    /** A line of text comes in pieces of 64 KiB. */
    private static int pieces(int size, String type) {
        return type.equals("text/plain") ? (size + 2 + PIECE - 1) / PIECE : 1;
    }

    @Test
    void aLineOfAHundredMegabytesTakesNoMoreHeapThanAShortOne() throws IOException {
        long heapBefore = server.liveHeap();
        String mebibyte = "x".repeat(1 << 20);
        try (var line = new RawPublisher(server.url(), api.createTask(), "text/plain")) {
            for (int i = 1; i <= MEBIBYTES; i++) {
                line.send(mebibyte);
                if (i == MEBIBYTES / 2) {
                    assertThat(server.liveHeap() - heapBefore).isLessThan(RECENT);
                }
            }
            assertThat(line.end()).contains(" 200").containsPattern("\"count\":\\d{4}");
        }
        assertThat(server.liveHeap() - heapBefore).isLessThan(RECENT);
    }
}
