package io.taskstream.it.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Viewers that watch for a while, disconnect by an end or by a reset, and return to another task. They check every line that they
 * get; some disconnect while idle, so that the server writes its next heartbeat to a closed connection.
 */
public final class ChurnViewers implements AutoCloseable {

    /** Each thread has that many connections, and reads from one of them at a time. */
    private static final int CONNECTIONS = 10;

    private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
    private final AtomicLong visits = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final URI server;
    private final List<String> tasks;
    private volatile boolean ended;

    public ChurnViewers(URI server, List<String> tasks, int size) {
        this.server = server;
        this.tasks = tasks;
        for (int i = 0; i < size / CONNECTIONS; i++) {
            long seed = i;
            var thread = new Thread(() -> run(new Random(seed)), "churn-viewers");
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(Random random) {
        List<RawConnection> open = new ArrayList<>();
        try {
            while (!ended) {
                String task = tasks.get(random.nextInt(tasks.size()));
                if (open.size() == CONNECTIONS) {
                    leave(open.remove(random.nextInt(open.size())), random.nextBoolean());
                }
                open.add(begin(task));
                watch(open.get(open.size() - 1), task, random.nextInt(20));
            }
        } catch (EOFException | SocketException e) {
            problems.add("The server ended a stream: " + e);
        } catch (IOException | UncheckedIOException e) {
            problems.add(e.toString());
        } finally {
            open.forEach(RawConnection::close);
        }
    }

    private RawConnection begin(String task) throws IOException {
        var connection = new RawConnection(server, 0);
        connection.send("GET /tasks/" + task + "/stream?heartbeat=1 HTTP/1.1\r\nHost: test\r\n\r\n");
        RawConnection.Head head = connection.readHead();
        if (head.code() != 200 || !head.isChunked()) {
            problems.add("A stream began with " + head);
        }
        visits.incrementAndGet();
        return connection;
    }

    private static void leave(RawConnection connection, boolean reset) {
        if (reset) {
            connection.reset();
        } else {
            connection.close();
        }
    }

    /** Reads some chunks from the stream's beginning, and checks what lines are in them. */
    private void watch(RawConnection connection, String task, int chunks) throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < chunks && !ended; i++) {
            int length = Integer.parseInt(connection.readLine(), 16);
            text.append(new String(connection.read(length), StandardCharsets.UTF_8));
            if (!connection.readLine().isEmpty()) {
                problems.add("A chunk of " + task + " does not end where it says");
            }
        }
        check(task, text.substring(0, text.lastIndexOf("\n\n") + 1));
    }

    private void check(String task, String text) {
        long number = 0;
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("id: ")) {
                long next = Long.parseLong(line.substring(line.indexOf('-') + 1));
                if (next != number + 1) {
                    problems.add(task + ": " + next + " after " + number);
                }
                number = next;
            } else if (line.startsWith("data: ")) {
                if (!line.equals("data: " + ChurnPublisher.event(task, number))) {
                    problems.add(task + ": " + line);
                }
            } else if (!line.isEmpty() && !line.startsWith("retry: ") && !line.equals(": heartbeat")) {
                problems.add(task + ": " + line);
            }
        }
    }

    /** How many streams have been opened. */
    public long visits() {
        return visits.get();
    }

    /** The violations of what must hold. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() {
        ended = true;
    }
}
