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
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
        FINISHED,
        SLOW
    }

    private static final String TYPES = "https://iana.org/assignments/http-problem-types#";

    private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final Semaphore slow = new Semaphore(0);
    private volatile boolean isComplete;
    private volatile boolean isFinished;
    private volatile boolean isDeleted;
    private volatile boolean areAppendsRefused;
    private volatile boolean areBytesLeft;
    private volatile String retryAfter = "7";
    private volatile long hanging;
    private volatile int created;

    private final List<Long> delays = new CopyOnWriteArrayList<>();
    private final FastTime timers = new FastTime();
    private final JumpingTime jumping = new JumpingTime();
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

    /** Time that passes only from one timer to the next, and where a test says so. */
    private final class JumpingTime extends ScheduledThreadPoolExecutor {

        private long now;
        private long due;

        JumpingTime() {
            super(1);
        }

        synchronized void pass(long millis) {
            now += millis;
        }

        synchronized long now() {
            return now;
        }

        @Override
        public synchronized ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            delays.add(unit.toMillis(delay));
            due = now + unit.toMillis(delay);
            return super.schedule(command, 0, TimeUnit.MILLISECONDS);
        }

        @Override
        protected <V> RunnableScheduledFuture<V> decorateTask(Runnable command, RunnableScheduledFuture<V> task) {
            return new Timer<>(this, task, due);
        }
    }

    private record Timer<V>(JumpingTime time, RunnableScheduledFuture<V> task, long due)
            implements RunnableScheduledFuture<V> {

        @Override
        public void run() {
            if (!isCancelled()) {
                time.pass(Math.max(0, due - time.now()));
                task.run();
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Timer<?>) other).due);
        }

        @Override
        public boolean isPeriodic() {
            return false;
        }

        @Override
        public boolean cancel(boolean interrupts) {
            return task.cancel(interrupts);
        }

        @Override
        public boolean isCancelled() {
            return task.isCancelled();
        }

        @Override
        public boolean isDone() {
            return task.isDone();
        }

        @Override
        public V get() throws InterruptedException, ExecutionException {
            return task.get();
        }

        @Override
        public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            return task.get(timeout, unit);
        }
    }

    /** Answers with problems, types and headers as Taskstream does. */
    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean isUpload = exchange.getRequestURI().getPath().endsWith("/tasks/t/uploads/u");
        boolean isAppend = exchange.getRequestMethod().equals("POST");
        Fault fault = faults.isEmpty() ? Fault.NONE : faults.remove();
        requests.add(exchange.getRequestMethod());
        if (fault == Fault.SLOW) {
            slow.acquireUninterruptibly();
        }
        isFinished |= fault == Fault.FINISHED;
        jumping.pass(hanging);
        if (fault == Fault.LOST_REQUEST || hanging > 0) {
            exchange.close();
        } else if (fault == Fault.NOT_DEPLOYED || (areAppendsRefused && isAppend)) {
            exchange.getResponseHeaders().add("Content-Type", "text/html");
            answer(exchange, 404, "");
        } else if (fault == Fault.UNAVAILABLE) {
            exchange.getResponseHeaders().add("Retry-After", retryAfter);
            problem(exchange, 503, "about:blank");
        } else if (isDeleted && isUpload) {
            problem(exchange, 404, "about:blank");
        } else if (isAppend) {
            append(exchange, body, fault);
        } else {
            created = isUpload ? created : created + 1;
            answer(exchange, 200, isUpload ? state(exchange) : "");
        }
    }

    private void append(HttpExchange exchange, byte[] body, Fault fault) throws IOException {
        String offset = exchange.getRequestHeaders().getFirst("Upload-Offset");
        if (isComplete) {
            problem(exchange, 400, TYPES + "completed-upload" + state(exchange));
        } else if (Integer.parseInt(offset) != text.size()) {
            problem(exchange, 409, TYPES + "mismatching-upload-offset" + state(exchange));
        } else if (isFinished) {
            problem(exchange, 409, "about:blank" + state(exchange));
        } else {
            text.write(body, 0, areBytesLeft ? 0 : fault == Fault.HALF ? body.length / 2 : body.length);
            isComplete = fault != Fault.HALF
                    && exchange.getRequestHeaders().getFirst("Upload-Complete").equals("?1");
            if (fault == Fault.LOST_ANSWER) {
                exchange.close();
            } else {
                answer(exchange, 204, state(exchange));
            }
        }
    }

    private String state(HttpExchange exchange) {
        exchange.getResponseHeaders().add("Upload-Offset", Integer.toString(text.size()));
        exchange.getResponseHeaders().add("Upload-Complete", isComplete ? "?1" : "?0");
        return "";
    }

    private static void problem(HttpExchange exchange, int status, String type) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
        answer(
                exchange,
                status,
                "{\"type\":\"" + type + "\",\"title\":\"T\",\"status\":" + status + ",\"detail\":\"D\"}");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.sendResponseHeaders(status, body.isEmpty() ? -1 : body.length());
        exchange.getResponseBody().write(body.getBytes(UTF_8));
        exchange.close();
    }

    private TaskOutput open() {
        return open(timers);
    }

    private TaskOutput open(ScheduledExecutorService timers) {
        String url = "http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
        return TaskOutput.text(client.target(url).path("tasks").path("t"), "u", timers);
    }

    @AfterEach
    void stop() {
        slow.release(100);
        timers.shutdownNow();
        jumping.shutdownNow();
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
    void aTaskThatWasFinishedBySomebodyElseEndsIt() throws IOException {
        TaskOutput output = open();
        output.write('x');
        awaitRequests(3);
        isFinished = true;
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> output.write(new byte[300 << 10]))
                .withMessageContaining("409");
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("409");
    }

    @Test
    void aTaskThatWasDeletedEndsItAndIsNotMadeAgain() throws IOException {
        TaskOutput output = open();
        output.write('x');
        awaitRequests(3);
        isDeleted = true;
        output.write('y');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("deleted");
        assertThat(created).isEqualTo(1);
    }

    /** The one after the lost answer finds it complete; a POST that the HTTP client has repeated by itself does, too. */
    @Test
    void anUploadThatItHasCompletedItselfIsNoFailure() throws IOException {
        faults.addAll(List.of(Fault.NONE, Fault.NONE, Fault.LOST_ANSWER));
        try (TaskOutput output = open()) {
            output.write('x');
        }
        assertThat(text.toString(UTF_8)).isEqualTo("x");
    }

    @Test
    void aSignOfLifeThatTakesNothingIsNoLongLine() throws Exception {
        faults.addAll(List.of(Fault.NONE, Fault.NONE, Fault.NONE, Fault.SLOW));
        TaskOutput output = open();
        output.write('x');
        awaitRequests(4);
        var writer = new Thread(() -> {
            for (int i = 0; i < 300; i++) {
                output.accept("y".repeat(1_023));
            }
        });
        writer.start();
        while (writer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        slow.release();
        writer.join();
        output.close();
        assertThat(text.size()).isEqualTo(1 + (300 << 10));
    }

    @Test
    void aLineThatDoesNotFitIsReported() {
        areBytesLeft = true;
        TaskOutput output = open();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> output.write(new byte[300 << 10]))
                .withMessageContaining("longer");
    }

    @Test
    void aServerThatIsAwayForTooLongIsReported() throws IOException {
        server.stop(0);
        TaskOutput output = open(jumping);
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("10 minutes");
        assertThat(jumping.now()).isBetween(TaskOutput.PATIENCE_MILLIS, TaskOutput.PATIENCE_MILLIS + 1_000);
        assertThat(delays).containsSubsequence(50L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L);
    }

    @Test
    void theTimeInWhichRequestsHangCounts() throws IOException {
        hanging = 60_000;
        TaskOutput output = open(jumping);
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("10 minutes");
        assertThat(jumping.now()).isLessThan(TaskOutput.PATIENCE_MILLIS + 5 * hanging);
    }

    @Test
    void aProxyThatRefusesOnlyAppendsIsReported() throws IOException {
        areAppendsRefused = true;
        TaskOutput output = open(jumping);
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("10 minutes");
    }

    @Test
    void aLongRetryAfterIsNoReasonToGiveUp() throws IOException {
        retryAfter = "3600";
        faults.add(Fault.UNAVAILABLE);
        try (TaskOutput output = open(jumping)) {
            output.write('x');
        }
        assertThat(text.toString(UTF_8)).isEqualTo("x");
        assertThat(jumping.now()).isLessThan(TaskOutput.PATIENCE_MILLIS);
    }

    private void awaitRequests(int count) {
        while (requests.size() < count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whileItIsQuietItGivesSignsOfLife() throws IOException {
        TaskOutput output = open();
        output.write('x');
        awaitRequests(6);
        assertThat(requests.subList(0, 2)).containsOnly("PUT");
        assertThat(delays).contains(8_000L);
        output.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> output.write('y'));
    }
}
