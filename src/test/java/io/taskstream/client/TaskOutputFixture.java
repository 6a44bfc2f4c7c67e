package io.taskstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

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

/** A server that answers outputs as Taskstream does, with faults, and time that runs fast or by jumps. */
abstract class TaskOutputFixture {

    enum Fault {
        NONE,
        NOT_DEPLOYED,
        UNAVAILABLE,
        LOST_ANSWER,
        LOST_REQUEST,
        HALF,
        FINISHED,
        SLOW
    }

    static final String TYPES = "https://iana.org/assignments/http-problem-types#";

    final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final ByteArrayOutputStream text = new ByteArrayOutputStream();
    final Semaphore slow = new Semaphore(0);
    volatile boolean isComplete;
    volatile boolean isFinished;
    volatile boolean isDeleted;
    volatile boolean areAppendsRefused;
    volatile boolean areBytesLeft;
    volatile String retryAfter = "7";
    volatile long hanging;
    volatile int created;

    final List<Long> delays = new CopyOnWriteArrayList<>();
    final FastTime timers = new FastTime();
    final JumpingTime jumping = new JumpingTime();
    final Client client = ClientBuilder.newClient();
    final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

    TaskOutputFixture() throws IOException {
        server.createContext("/", this::handle);
        server.start();
    }

    /** A hundred times the real speed. */
    final class FastTime extends ScheduledThreadPoolExecutor {

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
    final class JumpingTime extends ScheduledThreadPoolExecutor {

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

    record Timer<V>(JumpingTime time, RunnableScheduledFuture<V> task, long due) implements RunnableScheduledFuture<V> {

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
    void handle(HttpExchange exchange) throws IOException {
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

    void append(HttpExchange exchange, byte[] body, Fault fault) throws IOException {
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

    String state(HttpExchange exchange) {
        exchange.getResponseHeaders().add("Upload-Offset", Integer.toString(text.size()));
        exchange.getResponseHeaders().add("Upload-Complete", isComplete ? "?1" : "?0");
        return "";
    }

    static void problem(HttpExchange exchange, int status, String type) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
        answer(
                exchange,
                status,
                "{\"type\":\"" + type + "\",\"title\":\"T\",\"status\":" + status + ",\"detail\":\"D\"}");
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.sendResponseHeaders(status, body.isEmpty() ? -1 : body.length());
        exchange.getResponseBody().write(body.getBytes(UTF_8));
        exchange.close();
    }

    TaskOutput open() {
        return open(timers);
    }

    TaskOutput open(ScheduledExecutorService timers) {
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
}
