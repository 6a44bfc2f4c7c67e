package io.taskstream.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CancelWatchTest {

    private static final String CANCEL = "{\"type\":\"cancel_requested\"}";

    private final AtomicLong now = new AtomicLong();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private FakeServer server;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CompletableFuture<Boolean> watch(@Nullable String last) {
        var calls = new Server(server.url(), "build", Duration.ofSeconds(20), () -> "secret");
        var watch = new CancelWatch(calls, last, now::get, new Random(1), said::add);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return watch.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static boolean result(CompletableFuture<Boolean> watch) throws Exception {
        return watch.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aRequestBeforeTheStreamWasOpenCounts() throws Exception {
        server.emit("{\"type\":\"message_delta\",\"text\":\"cancel_requested\"}");
        server.emit(CANCEL);

        assertThat(result(watch(null))).isTrue();
    }

    @Test
    void aRequestForAnEarlierRunDoesNotCount() throws Exception {
        server.emit(CANCEL);
        CompletableFuture<Boolean> watch = watch("e-1");
        server.emit("{\"any\":{\"type\":\"cancel_requested\"}}");
        server.emit("cut");
        server.streamStatus = 204;

        assertThat(result(watch)).isFalse();
    }

    @Test
    void aStreamThatEndsIsResumed() throws Exception {
        server.emit("{}");
        server.emit("{}");
        server.emit("cut");
        CompletableFuture<Boolean> watch = watch(null);
        await("GET/stream e-2");
        server.streamStatus = 503;
        await("GET/stream e-2", "GET/stream e-2");
        server.streamStatus = 204;

        assertThat(result(watch)).isFalse();
        assertThat(said).isEmpty();
    }

    private void await(String... requests) throws InterruptedException {
        while (!server.requests
                .subList(Math.max(0, server.requests.size() - requests.length), server.requests.size())
                .equals(List.of(requests))) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void aSilentStreamIsOpenedAgain() throws Exception {
        CompletableFuture<Boolean> watch = watch(null);
        await("GET/stream null");
        server.streamStatus = 204;
        while (!watch.isDone()) {
            now.addAndGet(TimeUnit.SECONDS.toNanos(80));
            TimeUnit.MILLISECONDS.sleep(20);
        }

        assertThat(result(watch)).isFalse();
    }

    @Test
    void aTokenThatMayNotWatchIsToldOnce() throws Exception {
        server.streamStatus = 403;

        assertThat(result(watch(null))).isFalse();
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("403").contains("cannot be cancelled");
    }
}
