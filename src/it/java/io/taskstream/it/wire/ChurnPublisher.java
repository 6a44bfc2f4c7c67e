package io.taskstream.it.wire;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Posts single events to its own tasks, one after the other on one connection, and checks each answer. The events of a
 * task are its name and 1, 2, 3 and so on.
 */
public final class ChurnPublisher {

    private static final Pattern ANSWER = Pattern.compile("\\{\"count\":1,\"lastEventId\":\"[0-9a-f]{8}-(\\d+)\"}");

    private final URI server;
    private final List<String> tasks;
    private final int posts;
    private final int packets;
    private volatile boolean done;
    private final AtomicInteger closed = new AtomicInteger();
    private volatile String problem = "";

    /**
     * Begins at once, on a thread of its own.
     *
     * @param packets 1 if head and body are sent in one, 2 for each in its own
     */
    public ChurnPublisher(URI server, List<String> tasks, int posts, int packets) {
        this.server = server;
        this.tasks = tasks;
        this.posts = posts;
        this.packets = packets;
        var thread = new Thread(this::run, "churn-publisher");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        RawConnection connection = new RawConnection(server, 0);
        try {
            for (int i = 0; i < posts && problem.isEmpty(); i++) {
                if (post(connection, tasks.get(i % tasks.size()), i / tasks.size() + 1)) {
                    closed.incrementAndGet();
                    connection.close();
                    connection = new RawConnection(server, 0);
                }
            }
        } catch (IOException | RuntimeException e) {
            problem = "A post was not answered: " + e;
        } finally {
            connection.close();
            done = true;
        }
    }

    /** Returns whether the server closes the connection. */
    private boolean post(RawConnection connection, String task, int number) throws IOException {
        String body = event(task, number);
        String head = "POST /tasks/" + task + "/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n";
        if (packets == 1) {
            connection.send(head + body);
        } else {
            connection.send(head);
            Thread.onSpinWait();
            connection.send(body);
        }
        RawConnection.Head answer = connection.readHead();
        String text = connection.readBody(answer);
        Matcher matcher = ANSWER.matcher(text);
        if (answer.code() != 200 || !matcher.matches() || Integer.parseInt(matcher.group(1)) != number) {
            problem = "Post " + number + " to " + task + " was answered " + answer + " " + text;
        }
        return "close".equalsIgnoreCase(answer.fields().get("connection"));
    }

    /** The event of that number. */
    static String event(String task, long number) {
        return "{\"task\":\"" + task + "\",\"n\":" + number + "}";
    }

    /** Whether it has posted all, or failed. */
    public boolean isDone() {
        return done;
    }

    /** How often the server closed the connection behind an answer. */
    public int closed() {
        return closed.get();
    }

    /** The first failure; empty if there is none. */
    public String problem() {
        return problem;
    }
}
