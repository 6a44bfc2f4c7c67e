package io.taskstream.http.body;

import io.taskstream.http.JsonAnswer;
import io.taskstream.http.Problem;
import io.taskstream.http.ProblemMapper;
import io.taskstream.task.InvalidItemException;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser;
import jakarta.ws.rs.WebApplicationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes and parses JSON bodies. They are bounded and must be in UTF-8 (RFC 8259, section 8.1). */
public final class JsonBody {

    private JsonBody() {}

    /**
     * Returns the whole body as text; 413 if it is longer than {@code maxBytes}, 400 if it is not UTF-8.
     *
     * @param announced the announced length in bytes, -1 if none was announced
     */
    static String text(InputStream body, int maxBytes, long announced) {
        long most = maxBytes + 1L;
        try {
            // An exact length makes the read allocate no more than the body.
            return text(body.readNBytes((int) (announced < 0 ? most : Math.min(announced, most))), maxBytes);
        } catch (IOException e) {
            throw Problem.connectionLost();
        }
    }

    /** Does the same for a body that has been read, or for so much of it that it is known to be too long. */
    static String text(byte[] bytes, int maxBytes) {
        if (bytes.length > maxBytes) {
            throw tooLong(maxBytes);
        }
        try {
            int start = lengthOfMark(bytes, 0, bytes.length);
            return utf8(bytes, start, bytes.length - start);
        } catch (InvalidItemException e) {
            throw ProblemMapper.problem(e).asException();
        }
    }

    /** Returns the length of the byte order mark at the beginning, which a parser may ignore (RFC 8259, section 8.1). */
    static int lengthOfMark(byte[] bytes, int offset, int length) {
        boolean isMark = length >= 3
                && bytes[offset] == (byte) 0xef
                && bytes[offset + 1] == (byte) 0xbb
                && bytes[offset + 2] == (byte) 0xbf;
        return isMark ? 3 : 0;
    }

    /** Returns the answer to a body of more than {@code maxBytes}. */
    static WebApplicationException tooLong(int maxBytes) {
        return Problem.of(413, "A body in JSON has at most " + maxBytes + " bytes")
                .asException();
    }

    /**
     * Decodes the bytes.
     *
     * @throws InvalidItemException if they are not UTF-8
     */
    static String utf8(byte[] bytes, int offset, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, offset, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidItemException("JSON must be in UTF-8, and this is not");
        }
    }

    /**
     * Parses an object; 400 if the body is anything else. Arrays and objects at the third level are empty: no resource uses
     * their content, and it would take many times its length in the heap. An empty body is an empty object.
     */
    public static JsonObject object(String json) {
        if (json.isBlank()) {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
        try (JsonParser parser = JsonAnswer.JSON.createParser(new StringReader(json))) {
            if (parser.next() == JsonParser.Event.START_OBJECT) {
                JsonObject object = outline(parser, true);
                // Refuses trailing text, which a JsonReader would ignore.
                parser.hasNext();
                return object;
            }
        } catch (JsonException | UnsupportedOperationException e) {
            // Parsson throws the second for a number of more digits than it parses.
            throw Problem.of(400, "The body is not JSON: " + e.getMessage()).asException();
        }
        throw Problem.of(400, "The body must be a JSON object").asException();
    }

    private static JsonObject outline(JsonParser parser, boolean isOuter) {
        JsonObjectBuilder object = JsonAnswer.object();
        for (JsonParser.Event event = parser.next(); event == JsonParser.Event.KEY_NAME; event = parser.next()) {
            String name = parser.getString();
            switch (parser.next()) {
                case START_OBJECT -> object.add(name, isOuter ? outline(parser, false) : skipObject(parser));
                case START_ARRAY -> {
                    parser.skipArray();
                    object.add(name, JsonValue.EMPTY_JSON_ARRAY);
                }
                default -> object.add(name, parser.getValue());
            }
        }
        return object.build();
    }

    private static JsonObject skipObject(JsonParser parser) {
        parser.skipObject();
        return JsonValue.EMPTY_JSON_OBJECT;
    }
}
