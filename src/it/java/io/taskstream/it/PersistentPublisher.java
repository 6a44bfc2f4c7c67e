package io.taskstream.it;

import io.taskstream.it.server.Await;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes numbers one after the other, each with a key of its own and as often as it takes to be acknowledged. */
final class PersistentPublisher {

    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(200);

    private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger repeats = new AtomicInteger();
    private final Api api;
    private final String task;
    private final Future<?> work;

    private volatile boolean finishing;

    PersistentPublisher(URI server, String task) {
        this.api = new Api(server);
        this.task = task;
        ExecutorService thread = Executors.newSingleThreadExecutor();
        this.work = thread.submit(this::publishAll);
        thread.shutdown();
    }

    private void publishAll() {
        for (int number = 1; !finishing; number++) {
            publish("{\"n\":%d}".formatted(number));
            Await.sleep(PAUSE);
        }
        publish("{\"type\":\"done\"}");
    }

    private void publish(String event) {
        String key = "key " + event;
        while (!isAcknowledged(event, key)) {
            repeats.incrementAndGet();
            Await.sleep(PAUSE_AFTER_FAILURE);
        }
    }

    private boolean isAcknowledged(String event, String key) {
        HttpResponse<String> answer;
        try {
            answer = api.post("/tasks/" + task + "/events", "application/json", event, "Idempotency-Key", key);
        } catch (AssertionError e) {
            return false;
        }
        if (List.of(500, 502, 503, 504, 404).contains(answer.statusCode())) {
            return false;
        }
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer + ": " + answer.body());
        }
        String id = Api.json(answer).getString("lastEventId");
        acknowledged.put(Long.parseLong(id.substring(id.indexOf('-') + 1)), event);
        return true;
    }

    /** Ends the task, and returns when that is acknowledged. */
    void finish() throws Exception {
        finishing = true;
        work.get();
    }

    String task() {
        return task;
    }

    /** Each acknowledged event, by the sequence that was answered. */
    Map<Long, String> acknowledged() {
        return acknowledged;
    }

    /** How many attempts failed. */
    int repeats() {
        return repeats.get();
    }
}
