package io.taskstream.task;

import java.util.ArrayList;
import java.util.List;

/** Splits a JSON array into the exact texts of its elements, which no JSON library returns. */
final class JsonArrayText {

    private JsonArrayText() {}

    /**
     * Returns the texts of the elements.
     *
     * @param array a JSON array without spaces around it; a parser has found it to be valid
     */
    static List<String> elements(String array) {
        List<String> elements = new ArrayList<>();
        int depth = 0;
        int start = 1;
        for (int i = 0; i < array.length(); i++) {
            char c = array.charAt(i);
            switch (c) {
                case '"' -> i = endOfString(array, i);
                case '[', '{' -> depth++;
                case ']', '}' -> depth--;
                default -> {}
            }
            if (depth == 0 || (depth == 1 && c == ',')) {
                String element = array.substring(start, i).strip();
                if (!element.isEmpty()) {
                    elements.add(element);
                }
                start = i + 1;
            }
        }
        return elements;
    }

    /** Returns the index of the quotation mark that ends the string. */
    private static int endOfString(String json, int start) {
        int end = start + 1;
        while (json.charAt(end) != '"') {
            end += json.charAt(end) == '\\' ? 2 : 1;
        }
        return end;
    }
}
