package io.taskstream.task;

import jakarta.json.stream.JsonParser;
import java.util.Arrays;

/**
 * How large JSON may be, apart from its length.
 *
 * @param depth how deep objects and arrays may be nested
 * @param members how many members an object may have
 */
public record JsonBounds(int depth, int members) {

    /** Enough for anything that is meant well. */
    public static final JsonBounds USUAL = new JsonBounds(128, 10_000);

    /** Begins to count in a text. */
    Count count() {
        return new Count();
    }

    /** What has been seen of a text. Not thread-safe. */
    final class Count {

        private int[] members = new int[8];
        private int depth;

        int depth() {
            return depth;
        }

        /**
         * @throws InvalidItemException if that is too much
         */
        void add(JsonParser.Event event) {
            switch (event) {
                case START_OBJECT, START_ARRAY -> enter();
                case END_OBJECT, END_ARRAY -> depth--;
                case KEY_NAME -> addMember();
                default -> {
                    // A value, which is neither deeper nor a member.
                }
            }
        }

        private void enter() {
            depth++;
            if (depth > JsonBounds.this.depth) {
                throw new InvalidItemException("The JSON is nested more than " + JsonBounds.this.depth + " deep");
            }
            if (depth >= members.length) {
                members = Arrays.copyOf(members, members.length * 2);
            }
            members[depth] = 0;
        }

        private void addMember() {
            members[depth]++;
            if (members[depth] > JsonBounds.this.members) {
                throw new InvalidItemException("An object in JSON has at most " + JsonBounds.this.members + " members");
            }
        }
    }
}
