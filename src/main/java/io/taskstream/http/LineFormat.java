package io.taskstream.http;

import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.StreamItem;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a line of a published stream means. */
enum LineFormat {

    /** Each line is an event in JSON; blank lines are passed over. */
    NDJSON {
        @Override
        @Nullable
        EventData read(byte[] bytes, int offset, int length, EventReader events) {
            String json = Bodies.utf8(bytes, offset, length);
            return json.isBlank() ? null : events.read(json.strip());
        }
    },

    /** Each line, also an empty one, is a {@code message_delta}. What is not UTF-8 becomes U+FFFD, as on a terminal. */
    TEXT {
        @Override
        EventData read(byte[] bytes, int offset, int length, EventReader events) {
            return events.bind(new StreamItem.MessageDelta(new String(bytes, offset, length, StandardCharsets.UTF_8)));
        }
    };

    /**
     * The event that a line is, or {@code null} if it is none.
     *
     * @throws InvalidItemException if the line is wrong
     */
    abstract @Nullable EventData read(byte[] bytes, int offset, int length, EventReader events);
}
