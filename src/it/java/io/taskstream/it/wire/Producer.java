package io.taskstream.it.wire;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Publishes to a task of its own, one request after the other, on a thread of its own. Each event holds its number, and the
 * first is 1, so the numbers equal the sequences in the log exactly if nothing is lost and nothing comes twice.
 *
 * <p>When an answer does not come, it looks at the log: all that was acknowledged must be there, and all that a viewer
 * has been shown; of the rest, nothing that was not sent.
 */
public abstract class Producer {

    /** The last event of a task. */
    public static final String DONE = "{\"type\":\"done\"}";

    /** What a server that is starting or stopping answers, or a proxy before it. */
    private static final Set<Integer> AGAIN = Set.of(404, 500, 502, 503, 504);

    final Calls calls;
    final String task;
    private final LongSupplier watched;
    private final Duration pause;
    private final Thread thread = new Thread(this::run, "producer");

    private long known;
    private volatile boolean stopping;
    private volatile long acknowledged;
    private long unacknowledgedFound;
    private int doubts;
    private volatile String problem = "";

    /**
     * @param watched the sequence of the last event that a viewer has got
     * @param pause between two requests
     */
    Producer(Calls calls, String task, LongSupplier watched, Duration pause) {
        this.calls = calls;
        this.task = task;
        this.watched = watched;
        this.pause = pause;
    }

    /**
     * A request's outcome.
     *
     * @param sent the last number that was sent
     * @param answer empty if there was none
     */
    record Attempt(long sent, Optional<HttpResponse<String>> answer) {

        boolean isAcknowledged() {
            answer.map(HttpResponse::statusCode)
                    .filter(status -> status != 200 && !AGAIN.contains(status))
                    .ifPresent(status -> {
                        throw new AssertionError(status + ": " + answer.get().body());
                    });
            return answer.filter(response -> response.statusCode() == 200).isPresent();
        }
    }

    /** Sends the events behind that number. */
    abstract Attempt publish(long last);

    /** The number after which to continue when the log ends with {@code found}. */
    abstract long goOnBehind(long acknowledged, long found);

    /** The event of that number. */
    public static String event(long number) {
        return "{\"n\":" + number + ",\"text\":\"what the agent says\"}";
    }

    /** Whether that may be the data of the event of that sequence. */
    static boolean isEvent(long sequence, String data) {
        return data.equals(DONE) || data.startsWith("{\"n\":" + sequence + ",");
    }

    /** The task that it publishes to. */
    public final String task() {
        return task;
    }

    public final void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends it after the current request, and waits for that. */
    public final void stop() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void run() {
        try {
            while (!stopping) {
                publishOnce();
                Await.sleep(pause);
            }
        } catch (AssertionError | RuntimeException e) {
            problem = task + ": " + e;
        }
    }

    private void publishOnce() {
        Attempt attempt = publish(acknowledged);
        while (!attempt.isAcknowledged()) {
            doubts++;
            long found = awaitLast();
            check(found, attempt.sent());
            unacknowledgedFound += Math.max(0, found - Math.max(known, acknowledged));
            known = found;
            acknowledged = goOnBehind(acknowledged, found);
            if (acknowledged == attempt.sent()) {
                return;
            }
            attempt = publish(acknowledged);
        }
        long last = sequence(Api.json(attempt.answer().orElseThrow()));
        if (last != attempt.sent()) {
            throw new AssertionError("Event " + attempt.sent() + " was answered with sequence " + last);
        }
        acknowledged = last;
    }

    private void check(long found, long sent) {
        long seen = watched.getAsLong();
        if (found < acknowledged || found < seen || found > sent) {
            throw new AssertionError("The log ends with " + found + "; acknowledged " + acknowledged + ", sent " + sent
                    + ", seen by a viewer " + seen);
        }
    }

    /** Waits until the server answers. Returns the last sequence of the log. */
    private long awaitLast() {
        while (true) {
            var answer = calls.get("/tasks/" + task).orElse(null);
            if (answer != null && answer.statusCode() == 200) {
                return sequence(Api.json(answer));
            }
            if (answer != null && answer.body().contains("There is no task")) {
                throw new AssertionError("The task is gone");
            }
            Calls.pause();
        }
    }

    private static long sequence(JsonObject answer) {
        String id = answer.isNull("lastEventId") ? "-0" : answer.getString("lastEventId");
        return Long.parseLong(id.substring(id.indexOf('-') + 1));
    }

    /** The number of events that are certainly in the log. */
    public final long acknowledged() {
        return acknowledged;
    }

    /** The number of events in the log whose answer never came. Valid once it has stopped. */
    public final long unacknowledgedFound() {
        return unacknowledgedFound;
    }

    /** The number of missing answers. Valid once it has stopped. */
    public final int doubts() {
        return doubts;
    }

    /** The last violation of what must hold; empty if there is none. */
    public final String problem() {
        return problem;
    }
}
