package io.taskstream.task;

import jakarta.json.stream.JsonParser;
import java.util.Arrays;

/**
 * How large JSON may be, apart from its length.
 *
 * @param depth how deep objects and arrays may be nested
 * @param members how many members an object may have
 * @param elements how many elements an array may have, and so how many events a batch
 */
public record JsonBounds(int depth, int members, int elements) {

    /** Enough for anything that is meant well. */
    public static final JsonBounds USUAL = new JsonBounds(128, 10_000, 8_192);

    /** Begins to count in a text. */
    Count count() {
        return new Count();
    }

    /** What has been seen of a text. Not thread-safe. */
    final class Count {

        /** How many members or elements there are so far in what is open at each depth. */
        private int[] parts = new int[8];

        private boolean[] isArray = new boolean[8];
        private int depth;

        int depth() {
            return depth;
        }

        /**
         * @throws InvalidItemException if that is too much
         */
        void add(JsonParser.Event event) {
            switch (event) {
                case START_OBJECT, START_ARRAY -> {
                    addElement();
                    enter(event == JsonParser.Event.START_ARRAY);
                }
                case END_OBJECT, END_ARRAY -> depth--;
                case KEY_NAME -> addMember();
                default -> addElement();
            }
        }

        private void enter(boolean array) {
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

        private void addMember() {
            parts[depth]++;
            if (parts[depth] > members) {
                throw new InvalidItemException("An object in JSON has at most " + members + " members");
            }
        }

        private void addElement() {
            if (isArray[depth]) {
                parts[depth]++;
                if (parts[depth] > elements) {
                    throw new InvalidItemException.TooManyElements(elements);
                }
            }
        }
    }
}
