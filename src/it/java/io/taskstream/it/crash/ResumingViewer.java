package io.taskstream.it.crash;

import io.taskstream.it.server.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Watches a task to its end, and comes back with Last-Event-ID whenever the stream breaks off, as EventSource does. It
 * checks every event: its epoch, its sequence, and that its number is the sequence.
 */
final class ResumingViewer {

    private static final Pattern NUMBER = Pattern.compile("data: \\{\"n\":(\\d+),.*");
    private static final String DONE = "data: {\"type\":\"done\"}";

    private final Calls calls;
    private final String task;

    private String epoch = "";
    private String pendingId = "";
    private String pendingData = "";
    private volatile long last;
    private int resumes;
    private volatile boolean ended;
    private volatile String problem = "";

    ResumingViewer(Calls calls, String task) {
        this.calls = calls;
        this.task = task;
    }

    ResumingViewer start() {
        var thread = new Thread(this::run, "viewer");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    private void run() {
        while (!ended && problem.isEmpty()) {
            String lastEventId = last == 0 ? "" : epoch + "-" + last;
            calls.watch(task, lastEventId).ifPresent(this::read);
            if (!ended) {
                Calls.pause();
            }
        }
    }

    private void read(HttpResponse<InputStream> stream) {
        ended = stream.statusCode() == 204;
        try (var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8), 1 << 16)) {
            if (stream.statusCode() != 200) {
                return;
            }
            if (last > 0) {
                resumes++;
            }
            for (String line = lines.readLine(); line != null && problem.isEmpty(); line = lines.readLine()) {
                take(line);
            }
        } catch (IOException e) {
            // The server was killed; what stood between two empty lines counts.
        }
        pendingId = "";
        pendingData = "";
    }

    private void take(String line) {
        if (line.startsWith("id: ")) {
            pendingId = line.substring(4);
        } else if (line.startsWith("data: ")) {
            pendingData = line;
        } else if (line.startsWith("event: ")) {
            problem = task + ": " + line + " after " + last;
        } else if (line.isEmpty() && !pendingId.isEmpty()) {
            check(pendingId.substring(0, pendingId.indexOf('-')), sequence(pendingId));
            pendingId = "";
        }
    }

    private static long sequence(String id) {
        return Long.parseLong(id.substring(id.indexOf('-') + 1));
    }

    private void check(String itsEpoch, long sequence) {
        if (epoch.isEmpty()) {
            epoch = itsEpoch;
        }
        Matcher number = NUMBER.matcher(pendingData);
        boolean isRight = number.matches() ? Long.parseLong(number.group(1)) == sequence : pendingData.equals(DONE);
        if (!epoch.equals(itsEpoch) || sequence != last + 1 || !isRight) {
            problem = task + ": " + itsEpoch + "-" + sequence + " with " + pendingData + " after " + epoch + "-" + last;
            return;
        }
        last = sequence;
    }

    /** The sequence of the last event that has come; 0 before the first. */
    long last() {
        return last;
    }

    /** Of all events, so that two viewers can be compared. */
    String epoch() {
        return epoch;
    }

    /** How often it came back and was let in. Once the stream has ended. */
    int resumes() {
        return resumes;
    }

    /** What was not as it should be; empty if all was. */
    String problem() {
        return problem;
    }

    /** Waits until it was told that nothing will follow. */
    void awaitEnd(Duration patience) {
        Await.until("the stream has ended", patience, () -> ended || !problem.isEmpty());
    }
}
