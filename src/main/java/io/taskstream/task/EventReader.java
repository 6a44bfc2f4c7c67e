package io.taskstream.task;

import jakarta.json.JsonException;
import jakarta.json.JsonValue;
import jakarta.json.bind.Jsonb;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a publisher sent into {@linkplain EventData events}: checks that it is JSON and, where it is a
 * {@linkplain StreamItem known item}, that its members are right. What passes is kept letter by letter. Thread-safe.
 */
public final class EventReader {

    private static final int MAX_DIGITS = 1_100;

    private final JsonParserFactory parsers = JsonProvider.provider().createParserFactory(Map.of());
    private final Jsonb jsonb;
    private final JsonBounds bounds;

    public EventReader(Jsonb jsonb) {
        this(jsonb, JsonBounds.USUAL);
    }

    /**
     * @param bounds how large an event may be
     */
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
        typeOf(json);
    }

    /**
     * Reads one event.
     *
     * @throws InvalidItemException if the text is not one JSON value, or a known item with wrong members
     */
    public EventData read(String json) {
        String type = typeOf(json);
        KnownItem known = type == null ? null : KnownItem.ofType(type);
        if (known == null) {
            return new EventData(json, null);
        }
        return new EventData(json, known.check(members(json)));
    }

    /**
     * Reads a batch: the elements of an array, or the one value that the text is.
     *
     * @throws InvalidItemException if the text is not JSON, or an event is wrong; its place in the batch is named
     */
    public List<EventData> readBatch(String json) {
        String text = json.strip();
        if (!text.startsWith("[")) {
            return List.of(read(text));
        }
        typeOf(text);
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
     * An event of a value that JSON-B can bind, such as a {@link StreamItem}.
     *
     * @throws InvalidItemException if that makes a known item with wrong members
     */
    public EventData bind(Object value) {
        return read(jsonb.toJson(value));
    }

    /** Reads the whole text, which must be one JSON value; answers the member {@code type} if that is a string. */
    private @Nullable String typeOf(String json) {
        String type = null;
        try (JsonParser parser = parsers.createParser(new StringReader(json))) {
            JsonBounds.Count count = bounds.count();
            boolean typeFollows = false;
            while (parser.hasNext()) {
                JsonParser.Event event = parser.next();
                if (typeFollows) {
                    // Of members of the same name the last counts, as it does to whoever reads the event.
                    type = event == JsonParser.Event.VALUE_STRING ? parser.getString() : null;
                }
                typeFollows =
                        count.depth() == 1 && event == JsonParser.Event.KEY_NAME && "type".equals(parser.getString());
                count.add(event);
            }
        } catch (JsonException e) {
            throw notJson(e);
        }
        return type;
    }

    /**
     * The members of an object that has been found to be JSON. Other values than strings and nulls are not built, which
     * would take a hundred times their length in the heap: {@code true} stands for each.
     */
    private Map<String, JsonValue> members(String json) {
        Map<String, JsonValue> members = new HashMap<>();
        try (JsonParser parser = parsers.createParser(new StringReader(json))) {
            parser.next();
            for (JsonParser.Event event = parser.next(); event == JsonParser.Event.KEY_NAME; event = parser.next()) {
                String name = parser.getString();
                members.put(name, outline(parser, parser.next()));
            }
        } catch (JsonException e) {
            throw notJson(e);
        }
        return members;
    }

    private static JsonValue outline(JsonParser parser, JsonParser.Event first) {
        if (first == JsonParser.Event.VALUE_STRING || first == JsonParser.Event.VALUE_NULL) {
            return parser.getValue();
        }
        int depth = 0;
        JsonParser.Event event = first;
        while (true) {
            switch (event) {
                case START_OBJECT, START_ARRAY -> depth++;
                case END_OBJECT, END_ARRAY -> depth--;
                case VALUE_NUMBER -> checkDigits(parser.getString());
                default -> {
                    // Nothing to look at.
                }
            }
            if (depth == 0) {
                return JsonValue.TRUE;
            }
            event = parser.next();
        }
    }

    /** The time that a reader takes for a number grows with the square of its digits. */
    private static void checkDigits(String number) {
        if (number.length() > MAX_DIGITS) {
            throw new InvalidItemException("A known item holds no number of so many digits");
        }
    }

    private static InvalidItemException notJson(JsonException e) {
        return new InvalidItemException("Not one JSON value: " + e.getMessage());
    }
}
