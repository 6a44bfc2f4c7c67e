package io.taskstream.stream;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Follows one viewer's frames over all its connections, and finds the first hole or repeat without a notice. */
final class SequenceCheck {

    private static final Pattern EVENT = Pattern.compile("id: ([0-9a-z]+-(\\d+))\ndata: .*", Pattern.DOTALL);
    private static final Pattern LAG = Pattern.compile("event: lag\ndata: dropped (\\d+) events due to slow consumer");
    private static final Pattern TRIMMED = Pattern.compile(
            "event: gap\ndata: \\{\"reason\":\"trimmed\",\"from\":\"[0-9a-z]+-(\\d+)\",\"to\":\"[0-9a-z]+-(\\d+)\"}");

    private long reached;

    /** The last sequence that a lag or gap covers; lost with the connection unless an event follows. */
    private long accounted;

    private @Nullable String lastEventId;
    private @Nullable String fault;
    private boolean ended;
    private int notices;

    /** A new connection starts after the last event that came. */
    void connected() {
        accounted = reached;
    }

    /** All that came over one connection; its last frame may be cut. */
    void read(String stream) {
        int begin = 0;
        for (int end = stream.indexOf("\n\n"); end >= 0; end = stream.indexOf("\n\n", begin)) {
            frame(stream.substring(begin, end));
            begin = end + 2;
        }
    }

    private void frame(String frame) {
        Matcher event = EVENT.matcher(frame);
        Matcher lag = LAG.matcher(frame);
        Matcher trimmed = TRIMMED.matcher(frame);
        if (event.matches()) {
            event(event.group(1), Long.parseLong(event.group(2)), frame);
        } else if (lag.matches()) {
            notices++;
            accounted += Long.parseLong(lag.group(1));
        } else if (trimmed.matches()) {
            gap(Long.parseLong(trimmed.group(1)), Long.parseLong(trimmed.group(2)));
        } else if (!frame.startsWith("retry: ")) {
            fail("An unknown frame: " + frame);
        }
    }

    private void event(String id, long sequence, String frame) {
        if (sequence != accounted + 1) {
            fail("Event " + sequence + " follows " + accounted);
        }
        if (ended) {
            fail("Event " + sequence + " follows the end");
        }
        reached = sequence;
        accounted = sequence;
        lastEventId = id;
        ended = frame.contains("\"type\":\"done\"");
    }

    private void gap(long from, long to) {
        if (from != accounted + 1 || to < from) {
            fail("A gap from " + from + " to " + to + " follows " + accounted);
        }
        notices++;
        accounted = to;
    }

    void fail(String what) {
        if (fault == null) {
            fault = what;
        }
    }

    @Nullable
    String fault() {
        return fault;
    }

    @Nullable
    String lastEventId() {
        return lastEventId;
    }

    long reached() {
        return reached;
    }

    /** Returns the number of lags and gaps. */
    int notices() {
        return notices;
    }

    boolean hasEnded() {
        return ended;
    }
}
