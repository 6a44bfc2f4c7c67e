package io.taskstream.task;

import io.taskstream.client.StreamItem;
import jakarta.json.JsonException;
import jakarta.json.bind.Jsonb;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON that publishers send into {@linkplain EventData events}: checks that it is JSON within the
 * {@linkplain JsonBounds bounds} and, if it is a {@linkplain StreamItem known item}, that its members are right. The text
 * of an event stays as it was sent, character by character. Thread-safe.
 */
public final class EventReader {

    /** What {@link #bind} writes before and after the text of a delta. */
    private static final String DELTA = "{\"type\":\"message_delta\",\"text\":\"";

    private static final String DELTA_END = "\"}";

    /** The time to read a number grows with the square of its digits. */
    private static final int MAX_DIGITS = 1_100;

    private final JsonParserFactory parsers = JsonProvider.provider().createParserFactory(Map.of());
    private final Jsonb jsonb;
    private final JsonBounds bounds;

    /** A reader with the {@linkplain JsonBounds#USUAL usual bounds}. */
    public EventReader(Jsonb jsonb) {
        this(jsonb, JsonBounds.USUAL);
    }

    public EventReader(Jsonb jsonb, JsonBounds bounds) {
        this.jsonb = jsonb;
        this.bounds = bounds;
    }

    /**
     * Checks that a text is one JSON value within the bounds.
     *
     * @throws InvalidItemException if it isn't
     */
    public void check(String json) {
        members(json);
    }

    /**
     * Reads one event.
     *
     * @throws InvalidItemException if the text is not one JSON value within the bounds, or is a known item with a wrong
     *     member
     */
    public EventData read(String json) {
        Map<String, Object> members = members(json);
        KnownItem known = members.get(KnownItem.TYPE) instanceof String type ? KnownItem.ofType(type) : null;
        if (known == null) {
            return new EventData(json, null);
        }
        if (json.length() > MAX_DIGITS) {
            checkNumbers(json);
        }
        return new EventData(json, known.check(members));
    }

    /**
     * Reads a batch: the elements of an array, or one event that is no array.
     *
     * @throws InvalidItemException if the text is not JSON, or an event is wrong, whose number in the batch is named
     */
    public List<EventData> readBatch(String json) {
        String text = json.strip();
        if (!text.startsWith("[")) {
            return List.of(read(text));
        }
        check(text);
        List<EventData> events = new ArrayList<>();
        for (String element : JsonArrayText.elements(text)) {
            try {
                events.add(read(element));
            } catch (InvalidItemException e) {
                throw new InvalidItemException("Event " + (events.size() + 1) + " of the batch: " + e.getMessage());
            }
        }
        return events;
    }

    /**
     * Makes an event of a value that JSON-B can bind, such as a {@link StreamItem}.
     *
     * @throws InvalidItemException if that makes a known item with a wrong member
     */
    public EventData bind(Object value) {
        return read(jsonb.toJson(value));
    }

    /**
     * Returns the text of an event's data; {@code null} if it is no {@code message_delta}.
     *
     * @param data what an {@linkplain EventData event} holds, in UTF-8
     */
    public @Nullable String textOf(byte[] data) {
        String json = new String(data, StandardCharsets.UTF_8);
        if (json.startsWith(DELTA) && json.endsWith(DELTA_END)) {
            String text = unescaped(json, DELTA.length(), json.length() - DELTA_END.length());
            if (text != null) {
                return text;
            }
        }
        try {
            Map<String, Object> members = members(json);
            boolean isDelta = KnownItem.MESSAGE_DELTA.type().equals(members.get(KnownItem.TYPE));
            return isDelta && members.get("text") instanceof String text ? text : null;
        } catch (InvalidItemException e) {
            // It exceeds bounds that are lower than they were when it was published.
            return null;
        }
    }

    /** Returns the string whose inner part in JSON that is; {@code null} if another string begins in it. For speed. */
    private static @Nullable String unescaped(String json, int start, int end) {
        var text = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            char c = json.charAt(i);
            if (c == '"' || (c == '\\' && ++i == end)) {
                return null;
            }
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escaped = json.charAt(i);
            switch (escaped) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(json, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> text.append(escaped);
            }
        }
        return text.toString();
    }

    /**
     * Parses the whole text, and returns those members of the object that known items have. Strings are what they are, and
     * {@code true} stands for any other value but null: to build the values would take a hundred times the text's length in
     * the heap. Of members of one name the last counts, as it does to those who read the event.
     */
    private Map<String, Object> members(String json) {
        Map<String, Object> members = new HashMap<>();
        try (JsonParser parser = parsers.createParser(new StringReader(json))) {
            JsonBounds.Count count = bounds.count();
            String name = "";
            while (parser.hasNext()) {
                JsonParser.Event event = parser.next();
                if (!name.isEmpty() && KnownItem.hasMember(name)) {
                    switch (event) {
                        case VALUE_STRING -> members.put(name, parser.getString());
                        case VALUE_NULL -> members.remove(name);
                        default -> members.put(name, true);
                    }
                }
                name = event == JsonParser.Event.KEY_NAME && count.depth() == 1 ? parser.getString() : "";
                count.add(event);
            }
        } catch (JsonException e) {
            throw new InvalidItemException("Not one JSON value: " + e.getMessage());
        }
        return members;
    }

    private void checkNumbers(String json) {
        try (JsonParser parser = parsers.createParser(new StringReader(json))) {
            while (parser.hasNext()) {
                boolean isNumber = parser.next() == JsonParser.Event.VALUE_NUMBER;
                if (isNumber && parser.getString().length() > MAX_DIGITS) {
                    throw new InvalidItemException("A known item holds no number of so many digits");
                }
            }
        }
    }
}
