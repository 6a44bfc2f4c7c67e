package io.taskstream.task;

import jakarta.json.stream.JsonParser;
import java.util.Arrays;

/**
 * Bounds on JSON, apart from its length.
 *
 * @param depth how deep objects and arrays may be nested
 * @param members how many members an object may have
 * @param elements how many elements an array may have, and so how many events a batch
 */
public record JsonBounds(int depth, int members, int elements) {

    /** The bounds unless settings say otherwise. */
    public static final JsonBounds USUAL = new JsonBounds(128, 10_000, 8_192);

    /** Returns a count for one text. */
    Count count() {
        return new Count();
    }

    /** Counts what a parser meets in one text. Not thread-safe. */
    final class Count {

        /** The number of members or elements so far of the object or array that is open at each depth. */
        private int[] parts = new int[8];

        private boolean[] isArray = new boolean[8];
        private int depth;

        /** Returns how many objects and arrays are open. */
        int depth() {
            return depth;
        }

        /**
         * Counts one event of the parser.
         *
         * @throws InvalidItemException if it exceeds a bound
         */
        void add(JsonParser.Event event) {
            switch (event) {
                case END_OBJECT, END_ARRAY -> depth--;
                case KEY_NAME -> {
                    if (++parts[depth] > members) {
                        throw new InvalidItemException("An object in JSON has at most " + members + " members");
                    }
                }
                default -> {
                    if (isArray[depth] && ++parts[depth] > elements) {
                        throw new InvalidItemException.TooManyElements(elements);
                    }
                    if (event == JsonParser.Event.START_OBJECT || event == JsonParser.Event.START_ARRAY) {
                        open(event == JsonParser.Event.START_ARRAY);
                    }
                }
            }
        }

        private void open(boolean array) {
            depth++;
            if (depth > JsonBounds.this.depth) {
                throw new InvalidItemException("The JSON is nested more than " + JsonBounds.this.depth + " deep");
            }
            if (depth >= parts.length) {
                parts = Arrays.copyOf(parts, parts.length * 2);
                isArray = Arrays.copyOf(isArray, isArray.length * 2);
            }
            parts[depth] = 0;
            isArray[depth] = array;
        }
    }
}
