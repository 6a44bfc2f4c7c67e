package io.taskstream.http.body;

import io.taskstream.client.StreamItem;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidItemException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The meaning of a published stream of bytes. */
public enum LineFormat {

    /** Each line is an event in JSON; blank lines are ignored. */
    NDJSON {
        @Override
        BodySplitter splitter(int maxLine, Charset charset) {
            return new LineSplitter(maxLine);
        }

        @Override
        @Nullable
        EventData read(byte[] bytes, int offset, int length, Charset charset, EventReader events) {
            String json = charset.equals(StandardCharsets.UTF_8)
                    ? JsonBody.utf8(bytes, offset, length)
                    : new String(bytes, offset, length, charset);
            return json.isBlank() ? null : events.read(json.strip());
        }
    },

    /** Each piece is a {@code message_delta}. Bytes that are no characters become U+FFFD, as on a terminal. */
    TEXT {
        @Override
        BodySplitter splitter(int maxLine, Charset charset) {
            return new TextSplitter(charset, TextSplitter.MOST);
        }

        @Override
        @Nullable
        EventData read(byte[] bytes, int offset, int length, Charset charset, EventReader events) {
            // Nothing is left of a piece that was a byte order mark.
            return length == 0
                    ? null
                    : events.bind(new StreamItem.MessageDelta(new String(bytes, offset, length, charset)));
        }
    };

    /**
     * Returns a new splitter of a body.
     *
     * @param maxLine the longest line that must come in one piece, in bytes
     * @param charset encodes line ends as ASCII does
     */
    abstract BodySplitter splitter(int maxLine, Charset charset);

    /**
     * Returns the event of a piece, {@code null} if the piece has none.
     *
     * @throws InvalidItemException if the piece is not an event
     */
    abstract @Nullable EventData read(byte[] bytes, int offset, int length, Charset charset, EventReader events);
}
