package io.taskstream.bench.load;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds our events, and comments, in the lines of an event stream. Confined to one thread. */
final class EventLines {

    private static final int FIELD = "data:".length();

    private byte @Nullable [] carried;
    private int carriedLength;

    /** Hands on every event that these bytes complete. */
    void accept(byte[] bytes, int from, int to, Events events) {
        int at = carriedLength > 0 ? completeCarried(bytes, from, to, events) : from;
        while (at < to) {
            int end = endOfLine(bytes, at, to);
            if (end < 0) {
                carry(bytes, at, to);
                return;
            }
            line(bytes, at, end, events);
            at = end + 1;
        }
    }

    private int completeCarried(byte[] bytes, int from, int to, Events events) {
        int end = from;
        while (end < to && bytes[end] != '\n') {
            end++;
        }
        carry(bytes, from, end);
        if (end == to) {
            return to;
        }
        byte[] line = carried;
        int length = carriedLength;
        carriedLength = 0;
        if (line != null) {
            line(line, 0, length, events);
        }
        return end + 1;
    }

    private void carry(byte[] bytes, int from, int to) {
        int more = to - from;
        byte[] before = carried;
        if (before == null) {
            before = new byte[Math.max(more, 2 * EventText.LENGTH)];
        } else if (carriedLength + more > before.length) {
            before = Arrays.copyOf(before, (carriedLength + more) * 2);
        }
        System.arraycopy(bytes, from, before, carriedLength, more);
        carriedLength += more;
        carried = before;
    }

    /** A line of ours has a known length, so that its letters need not be looked at. */
    private static int endOfLine(byte[] bytes, int from, int to) {
        if (bytes[from] == 'd') {
            int json = startOfJson(bytes, from, to);
            if (EventText.isAt(bytes, json, to) && json + EventText.LENGTH < to) {
                return json + EventText.LENGTH;
            }
        }
        int end = from;
        while (end < to && bytes[end] != '\n') {
            end++;
        }
        return end == to ? -1 : end;
    }

    private static int startOfJson(byte[] bytes, int line, int to) {
        int json = line + FIELD;
        return json < to && bytes[json] == ' ' ? json + 1 : json;
    }

    private static void line(byte[] bytes, int from, int to, Events events) {
        if (from == to) {
            return;
        }
        if (bytes[from] == ':') {
            events.comment();
        } else if (bytes[from] == 'd') {
            int json = startOfJson(bytes, from, to);
            if (EventText.isAt(bytes, json, to)) {
                events.event(EventText.sequence(bytes, json), EventText.dueNanos(bytes, json));
            }
        }
    }

    /** Is told what was found. */
    interface Events {

        void event(int sequence, long dueNanos);

        void comment();
    }
}
