package io.taskstream.run;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * A server with one task that implements the contract of uploads strictly, and misbehaves when told. It records each byte, and
 * each request that the contract does not allow.
 */
final class FakeServer implements AutoCloseable {

    /** How the next request goes wrong. */
    enum Fault {
        NONE,
        CUT_BEFORE,
        CUT_AFTER,
        CUT_WITHIN,
        BAD_GATEWAY,
        UNAVAILABLE,
        NOT_DEPLOYED,
        TOO_MANY,
        UNAUTHORIZED,
        SHORT,
        CONFLICT,
        GONE,
        FORGOTTEN,

        /** A proxy that does not know this method. */
        NO_PATCH,

        /** The task has as many uploads as it may have. */
        NO_UPLOAD,

        /** A page of a proxy, with the status of success. */
        LOGIN_PAGE
    }

    private static final String OTHER_OFFSET = "The offset is another";

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer http;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Upload> uploads = new HashMap<>();
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final List<String> events = new ArrayList<>();
    private int acknowledged;
    private boolean isCreated;
    private String status = "open";
    private String key = "";

    volatile Supplier<Fault> faults = () -> Fault.NONE;
    volatile int streamStatus = 200;

    /** Breaks off a request with more bytes. */
    volatile int longestBody = Integer.MAX_VALUE;

    /** Whether requests keep to what the runner promises beyond the contract. */
    volatile boolean isForRunner = true;

    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    final List<String> tokens = new CopyOnWriteArrayList<>();

    FakeServer() throws IOException {
        this(0);
    }

    FakeServer(int port) throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        http.setExecutor(threads);
        http.createContext("/context/tasks/build", this::handle);
        http.start();
    }

    String url() {
        return "http://" + http.getAddress().getAddress().getHostAddress() + ":"
                + http.getAddress().getPort() + "/context";
    }

    int port() {
        return http.getAddress().getPort();
    }

    synchronized byte[] text() {
        return text.toByteArray();
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized void emit(String event) {
        events.add(event);
        notifyAll();
    }

    synchronized void finish(String as) {
        status = as;
    }

    synchronized void delete() {
        isCreated = false;
        uploads.clear();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring("/context/tasks/build".length());
        tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        if (path.equals("/stream")) {
            stream(exchange);
            return;
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        Fault fault = body.length > longestBody ? Fault.CUT_BEFORE : faults.get();
        requests.add(exchange.getRequestMethod() + path + " " + fault);
        try {
            handle(exchange, path, body, fault);
        } catch (RuntimeException e) {
            violations.add(e.toString());
        } finally {
            exchange.close();
        }
    }

    private synchronized void handle(HttpExchange exchange, String path, byte[] body, Fault fault) throws IOException {
        switch (fault) {
            case CUT_BEFORE -> {
                return;
            }
            case BAD_GATEWAY -> answer(exchange, 502, "text/html", "<h1>Bad gateway</h1>");
            case UNAVAILABLE -> {
                exchange.getResponseHeaders().add("Retry-After", "20");
                problem(exchange, 503, "The server is draining");
            }
            case TOO_MANY -> problem(exchange, 429, "Too many events");
            case NOT_DEPLOYED -> notDeployed(exchange);
            case UNAUTHORIZED -> problem(exchange, 401, "The token has expired");
            case LOGIN_PAGE -> answer(exchange, 200, "text/html", "<h1>Log in</h1>");
            default -> route(exchange, path, body, fault);
        }
    }

    /** Answers as an application of static files does, which may be deployed before Taskstream, or in its place. */
    private static void notDeployed(HttpExchange exchange) throws IOException {
        int status = switch (exchange.getRequestMethod()) {
            case "PUT" -> 403;
            case "PATCH", "POST" -> 405;
            default -> 404;
        };
        answer(exchange, status, "text/html", "<h1>Not here</h1>");
    }

    private void route(HttpExchange exchange, String path, byte[] body, Fault fault) throws IOException {
        String call = exchange.getRequestMethod() + " " + path.replaceAll("/uploads/[a-z0-9.-]+$", "/uploads/NAME");
        String name = path.substring(path.lastIndexOf('/') + 1);
        Reply reply = switch (call) {
            case "PUT " -> create(new String(body, StandardCharsets.UTF_8));
            case "PUT /uploads/NAME" -> make(exchange, name, fault);
            case "HEAD /uploads/NAME" -> head(name, fault);
            case "PATCH /uploads/NAME" -> append(exchange, name, body, fault);
            case "POST /events" -> publish(exchange, new String(body, StandardCharsets.UTF_8));
            default -> violation("unknown call " + call);
        };
        if (fault == Fault.CUT_AFTER || fault == Fault.CUT_WITHIN) {
            return;
        }
        if (reply.status == 403) {
            answer(exchange, 403, "text/html", "<h1>Forbidden</h1>");
            return;
        }
        acknowledged = text.size();
        if (reply.offset >= 0) {
            exchange.getResponseHeaders().add("Upload-Offset", Long.toString(reply.offset));
            exchange.getResponseHeaders().add("Upload-Complete", reply.isComplete ? "?1" : "?0");
        }
        if (reply.status >= 400) {
            problem(exchange, reply.status, reply.body);
        } else {
            answer(exchange, reply.status, "application/json", reply.body);
        }
    }

    private Reply create(String json) {
        bodies.add(json);
        boolean isNew = !isCreated;
        isCreated = true;
        String last = events.isEmpty() ? "null" : "\"e-" + events.size() + "\"";
        return new Reply(
                isNew ? 201 : 200,
                "{\"id\":\"build\",\"labels\":{\"status\":\"x\"},\"status\":\"" + status + "\",\"lastEventId\":" + last
                        + "}");
    }

    private Reply make(HttpExchange exchange, String name, Fault fault) {
        if (!isCreated) {
            return new Reply(404, "There is no task build");
        }
        if (!status.equals("open")) {
            return new Reply(409, "The task is finished");
        }
        if (fault == Fault.NO_UPLOAD) {
            return new Reply(409, "The task has 100 uploads that are not complete");
        }
        if (!"text/plain".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            return violation("wrong type of an upload");
        }
        Upload there = uploads.get(name);
        uploads.putIfAbsent(name, new Upload());
        Upload upload = uploads.get(name);
        return new Reply(there == null ? 201 : 200, "", upload.offset, upload.isComplete);
    }

    private Reply head(String name, Fault fault) {
        Upload upload = uploads.get(name);
        if (upload == null) {
            return new Reply(404, "There is no upload " + name);
        }
        if (fault == Fault.GONE || fault == Fault.FORGOTTEN) {
            return lose(name, fault);
        }
        return new Reply(204, "", upload.offset, upload.isComplete);
    }

    private Reply append(HttpExchange exchange, String name, byte[] body, Fault fault) {
        var headers = exchange.getRequestHeaders();
        if (fault == Fault.NO_PATCH) {
            return new Reply(403, "");
        }
        Upload upload = uploads.get(name);
        if (upload == null) {
            return new Reply(404, "There is no upload " + name);
        }
        if (fault == Fault.GONE || fault == Fault.FORGOTTEN) {
            return lose(name, fault);
        }
        long offset = Long.parseLong(headers.getFirst("Upload-Offset"));
        boolean isLast = headers.getFirst("Upload-Complete").equals("?1");
        boolean isKnownLength = Integer.toString(body.length).equals(headers.getFirst("Content-Length"));
        if (!"application/partial-upload".equals(headers.getFirst("Content-Type"))
                || (isForRunner && !(isKnownLength && "10".equals(headers.getFirst("Upload-Interval"))))) {
            return violation("wrong headers " + headers.entrySet());
        }
        if (upload.isComplete) {
            return violation("an upload that is complete");
        }
        if (fault != Fault.CONFLICT && offset != upload.offset) {
            violations.add("offset " + offset + " instead of " + upload.offset);
        }
        if (fault == Fault.CONFLICT || offset != upload.offset) {
            return new Reply(409, OTHER_OFFSET, upload.offset, false);
        }
        if (!status.equals("open")) {
            return new Reply(409, "The task is finished", upload.offset, false);
        }
        int length = body.length - (isLast ? 0 : Utf8.incomplete(body));
        if (isForRunner && length < body.length && Utf8.incomplete(Arrays.copyOf(body, length)) == 0) {
            violations.add("a cut character");
        }
        if (fault == Fault.SHORT || fault == Fault.CUT_WITHIN) {
            byte[] half = Arrays.copyOf(body, length / 2);
            length = half.length - Utf8.incomplete(half);
            isLast = false;
        }
        text.write(body, 0, length);
        upload.offset += length;
        upload.isComplete = isLast;
        return new Reply(204, "", upload.offset, isLast);
    }

    /** Loses the upload, and the part of the log that was not acknowledged. */
    private Reply lose(String name, Fault fault) {
        byte[] kept = Arrays.copyOf(text.toByteArray(), acknowledged);
        text.reset();
        text.writeBytes(kept);
        uploads.remove(name);
        return fault == Fault.GONE ? new Reply(410, "The log was lost") : new Reply(404, "There is no upload " + name);
    }

    private Reply publish(HttpExchange exchange, String json) {
        String used = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (!isCreated) {
            return new Reply(404, "There is no task build");
        }
        if (!key.isEmpty() && key.equals(used)) {
            return published();
        }
        if (!status.equals("open")) {
            return new Reply(409, "The task is finished");
        }
        if (uploads.values().stream().noneMatch(upload -> upload.isComplete)) {
            return violation("an end before the upload was complete");
        }
        key = used;
        status = Json.strings(json).getOrDefault("status", "none");
        emit(json);
        return published();
    }

    private Reply published() {
        return new Reply(200, "{\"count\":1,\"lastEventId\":\"e-" + events.size() + "\"}");
    }

    private Reply violation(String what) {
        violations.add(what);
        return new Reply(400, what);
    }

    private static void problem(HttpExchange exchange, int status, String detail) throws IOException {
        String type = detail.equals(OTHER_OFFSET)
                ? "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
                : "about:blank";
        answer(
                exchange,
                status,
                "application/problem+json",
                "{\"type\":\"" + type + "\",\"status\":" + status + ",\"detail\":\"" + detail + "\"}");
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        boolean isEmpty = status == 204 || exchange.getRequestMethod().equals("HEAD");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, isEmpty || bytes.length == 0 ? -1 : bytes.length);
        if (!isEmpty) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private void stream(HttpExchange exchange) throws IOException {
        String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        requests.add("GET/stream " + last);
        if (streamStatus != 200) {
            problem(exchange, streamStatus, "There is no stream");
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write("retry: 10\n\n: heartbeat\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            for (int next = last == null ? 0 : Integer.parseInt(last.substring(2)); ; next++) {
                String event = event(next);
                if (event.equals("cut")) {
                    return;
                }
                out.write(("id: e-" + (next + 1) + "\ndata: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (InterruptedException e) {
            // The server stops.
        }
    }

    private synchronized String event(int number) throws InterruptedException {
        while (events.size() <= number) {
            wait();
        }
        return events.get(number);
    }

    private record Reply(int status, String body, long offset, boolean isComplete) {

        Reply(int status, String body) {
            this(status, body, -1, false);
        }
    }

    private static final class Upload {
        private long offset;
        private boolean isComplete;
    }
}
