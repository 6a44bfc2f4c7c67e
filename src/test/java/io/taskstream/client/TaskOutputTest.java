package io.taskstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TaskOutputTest {

    private enum Fault {
        NONE,
        NOT_DEPLOYED,
        UNAVAILABLE,
        LOST_ANSWER,
        LOST_REQUEST,
        HALF,
        FINISHED
    }

    private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private boolean isComplete;

    private final List<Long> delays = new CopyOnWriteArrayList<>();
    private final FastTime timers = new FastTime();
    private final Client client = ClientBuilder.newClient();
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

    TaskOutputTest() throws IOException {
        server.createContext("/", this::handle);
        server.start();
    }

    /** A hundred times the real speed. */
    private final class FastTime extends ScheduledThreadPoolExecutor {

        FastTime() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            delays.add(unit.toMillis(delay));
            return super.schedule(command, unit.toMicros(delay) / 100, TimeUnit.MICROSECONDS);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean isUpload = exchange.getRequestURI().getPath().endsWith("/tasks/t/uploads/u");
        boolean isAppend = exchange.getRequestMethod().equals("POST");
        Fault fault = faults.isEmpty() ? Fault.NONE : faults.remove();
        requests.add(exchange.getRequestMethod());
        int status = 200;
        if (fault == Fault.LOST_REQUEST) {
            exchange.close();
            return;
        } else if (fault == Fault.NOT_DEPLOYED || fault == Fault.UNAVAILABLE || fault == Fault.FINISHED) {
            status = fault == Fault.NOT_DEPLOYED ? 404 : fault == Fault.FINISHED ? 409 : 503;
            exchange.getResponseHeaders()
                    .add("Content-Type", fault == Fault.NOT_DEPLOYED ? "text/html" : "application/problem+json");
            if (fault == Fault.UNAVAILABLE) {
                exchange.getResponseHeaders().add("Retry-After", "7");
            }
        } else if (isAppend) {
            String offset = exchange.getRequestHeaders().getFirst("Upload-Offset");
            boolean fits = Integer.parseInt(offset) == text.size();
            status = fits ? 204 : 409;
            if (fits) {
                text.write(body, 0, fault == Fault.HALF ? body.length / 2 : body.length);
                isComplete = fault != Fault.HALF
                        && exchange.getRequestHeaders()
                                .getFirst("Upload-Complete")
                                .equals("?1");
            }
        }
        if (fault == Fault.LOST_ANSWER) {
            exchange.close();
            return;
        }
        if (isUpload && status < 300) {
            exchange.getResponseHeaders().add("Upload-Offset", Integer.toString(text.size()));
            exchange.getResponseHeaders().add("Upload-Complete", isComplete ? "?1" : "?0");
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private TaskOutput open() {
        String url = "http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
        return TaskOutput.text(client.target(url).path("tasks").path("t"), "u", timers);
    }

    @AfterEach
    void stop() {
        timers.shutdownNow();
        client.close();
        server.stop(0);
    }

    @Test
    void everyByteArrivesOnceWhateverFails() throws IOException {
        faults.addAll(List.of(
                Fault.NOT_DEPLOYED,
                Fault.LOST_REQUEST,
                Fault.NONE,
                Fault.NOT_DEPLOYED,
                Fault.NONE,
                Fault.NONE,
                Fault.LOST_ANSWER,
                Fault.UNAVAILABLE,
                Fault.NONE,
                Fault.NONE,
                Fault.HALF,
                Fault.LOST_REQUEST));
        var expected = new StringBuilder();
        try (TaskOutput output = open()) {
            for (int i = 0; i < 100_000; i++) {
                output.accept("line " + i);
                expected.append("line ").append(i).append('\n');
            }
        }
        assertThat(text.toString(UTF_8)).isEqualTo(expected.toString());
        assertThat(isComplete).isTrue();
        assertThat(faults).isEmpty();
    }

    @Test
    void theServersRetryAfterCounts() throws IOException {
        faults.add(Fault.UNAVAILABLE);
        try (TaskOutput output = open()) {
            output.write('x');
        }
        assertThat(delays).contains(7_000L);
    }

    @Test
    void manyLinesShareARequest() throws IOException {
        try (TaskOutput output = open()) {
            for (int i = 0; i < 1_000; i++) {
                output.accept("x");
            }
        }
        assertThat(text.size()).isEqualTo(2_000);
        assertThat(requests).hasSizeLessThan(200);
    }

    @Test
    void bytesOfAnEarlierRunAreFollowed() throws IOException {
        text.write("earlier\n".getBytes(UTF_8));
        try (TaskOutput output = open()) {
            output.accept("later");
        }
        assertThat(text.toString(UTF_8)).isEqualTo("earlier\nlater\n");
    }

    @Test
    void aRefusalIsReported() throws IOException {
        faults.addAll(List.of(Fault.NONE, Fault.FINISHED));
        TaskOutput output = open();
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("409");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> output.write('y'));
    }

    @Test
    void aServerThatIsAwayForTooLongIsReported() throws IOException {
        server.stop(0);
        TaskOutput output = open();
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("10 minutes");
        assertThat(delays).startsWith(50L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L);
    }

    @Test
    void whileItIsQuietItGivesSignsOfLife() throws IOException {
        TaskOutput output = open();
        output.write('x');
        while (requests.size() < 6) {
            Thread.onSpinWait();
        }
        assertThat(requests.subList(0, 2)).containsOnly("PUT");
        assertThat(delays).contains(8_000L);
        output.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> output.write('y'));
    }
}
