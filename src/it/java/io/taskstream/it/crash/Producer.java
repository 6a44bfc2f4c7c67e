package io.taskstream.it.crash;

import io.taskstream.it.Api;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Publishes to a task of its own as fast as it is answered, on a thread of its own. Each event holds its number, and the
 * first is 1, so the numbers equal the sequences in the log exactly if nothing is lost and nothing comes twice.
 *
 * <p>When an answer does not come, it looks at the log: all that was acknowledged must be there, and all that a viewer
 * has been shown; of the rest, nothing that was not sent.
 */
abstract class Producer {

    final Calls calls;
    final String task;
    private final LongSupplier watched;
    private final Thread thread = new Thread(this::run, "producer");

    private long known;
    private volatile boolean stopping;
    private volatile long acknowledged;
    private long unacknowledgedFound;
    private int doubts;
    private volatile String problem = "";

    /**
     * @param watched the sequence of the last event that a viewer has been shown
     */
    Producer(Calls calls, String task, LongSupplier watched) {
        this.calls = calls;
        this.task = task;
        this.watched = watched;
    }

    /**
     * What came of a request.
     *
     * @param sent the last number that was sent
     * @param answer empty if there was none
     */
    record Attempt(long sent, Optional<HttpResponse<String>> answer) {

        boolean isAcknowledged() {
            return answer.filter(response -> response.statusCode() == 200).isPresent();
        }
    }

    /** Sends the events behind that number. */
    abstract Attempt publish(long last);

    /** The number up to which it is sure of, when the log has been found to end with {@code found}. */
    abstract long goOnBehind(long acknowledged, long found);

    /** One event. */
    static String event(long number) {
        return "{\"n\":" + number + ",\"text\":\"what the agent says\"}";
    }

    final void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Lets it finish what it is at, and waits for that. */
    final void stop() {
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

    /** The last sequence of the log, as soon as the server answers. */
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

    /** How many events are in the log for certain. */
    final long acknowledged() {
        return acknowledged;
    }

    /** How many events were in the log although their answer never came. Once it has stopped. */
    final long unacknowledgedFound() {
        return unacknowledgedFound;
    }

    /** How often an answer did not come. Once it has stopped. */
    final int doubts() {
        return doubts;
    }

    /** What was not as it should be; empty if all was. */
    final String problem() {
        return problem;
    }
}
