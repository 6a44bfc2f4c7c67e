package io.taskstream.eventlog;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a task's log, and the value of an event's {@code id} field.
 *
 * @param epoch fixed when the log is created: 1 to 32 of {@code 0-9 a-z}; another epoch is another log
 * @param sequence the event's number, from 1 without holes; 0 is the place before the first event
 */
public record EventId(String epoch, long sequence) {

    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,32})-(0|[1-9][0-9]{0,17})");

    /** The id that this text is, or empty if it is none of ours. */
    public static Optional<EventId> parse(String text) {
        if (text.length() > 51) {
            return Optional.empty();
        }
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new EventId(matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** The place in the same log with that number. */
    public EventId at(long otherSequence) {
        return new EventId(epoch, otherSequence);
    }

    @Override
    public String toString() {
        return epoch + '-' + sequence;
    }
}
