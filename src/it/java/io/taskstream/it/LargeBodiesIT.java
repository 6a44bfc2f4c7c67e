package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that are too large to arrive together with their head, from several producers at once. */
@Tag("contract")
class LargeBodiesIT extends OnServer {

    private static final int PRODUCERS = 8;
    private static final int EVENTS = 100;

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
                assertThat(api.task(task.get()).getInt("events")).isEqualTo(EVENTS);
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
            assertThat(Api.json(answer).getString("lastEventId")).endsWith("-" + i);
        }
        return task;
    }
}
