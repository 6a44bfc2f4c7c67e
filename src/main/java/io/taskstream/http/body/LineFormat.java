package io.taskstream.http.body;

import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.StreamItem;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The meaning of a line of a published stream. */
public enum LineFormat {

    /** Each line is an event in JSON; blank lines are ignored. */
    NDJSON {
        @Override
        @Nullable
        EventData read(byte[] bytes, int offset, int length, EventReader events) {
            String json = JsonBody.utf8(bytes, offset, length);
            return json.isBlank() ? null : events.read(json.strip());
        }
    },

    /** Each line, also an empty one, is a {@code message_delta}. Bytes that are not UTF-8 become U+FFFD, as on a terminal. */
    TEXT {
        @Override
        EventData read(byte[] bytes, int offset, int length, EventReader events) {
            return events.bind(new StreamItem.MessageDelta(new String(bytes, offset, length, StandardCharsets.UTF_8)));
        }
    };

    /**
     * Returns the event of a line, {@code null} if the line has none.
     *
     * @throws InvalidItemException if the line is not an event
     */
    abstract @Nullable EventData read(byte[] bytes, int offset, int length, EventReader events);
}
