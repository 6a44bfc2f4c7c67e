package io.taskstream.eventlog;

import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The position of an event in a task's log, and the value of the {@code id} field.
 *
 * @param epoch fixed when the log is created: 1 to 32 of {@code 0-9 a-z}; another epoch is another log
 * @param sequence number of the event, from 1 without holes; 0 is the position before the first event
 */
public record EventId(String epoch, long sequence) {

    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,32})-(0|[1-9][0-9]{0,17})");

    /** Parses an id; empty if the text is none. */
    public static Optional<EventId> parse(String text) {
        if (text.length() > 51) {
            return Optional.empty();
        }
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new EventId(matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** Returns a random epoch; all have one length, so that a frame's epoch can be replaced in place. */
    public static String newEpoch(RandomGenerator random) {
        return "%08x".formatted(random.nextInt());
    }

    /** Returns the id of another event in the same log. */
    public EventId at(long otherSequence) {
        return new EventId(epoch, otherSequence);
    }

    @Override
    public String toString() {
        return epoch + '-' + sequence;
    }
}
