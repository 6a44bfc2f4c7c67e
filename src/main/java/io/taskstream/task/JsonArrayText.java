package io.taskstream.task;

import java.util.ArrayList;
import java.util.List;

/** Takes a JSON array apart without touching its elements, since no JSON library hands out their exact text. */
final class JsonArrayText {

    private JsonArrayText() {}

    /** The texts of the elements of an array that a parser has found to be right. */
    static List<String> elements(String array) {
        List<String> elements = new ArrayList<>();
        int depth = 0;
        int start = 1;
        boolean inString = false;
        for (int i = 0; i < array.length(); i++) {
            char c = array.charAt(i);
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
                continue;
            }
            switch (c) {
                case '"' -> inString = true;
                case '[', '{' -> depth++;
                case ']', '}' -> depth--;
                default -> {}
            }
            if (depth == 0 || (depth == 1 && c == ',')) {
                addElement(elements, array.substring(start, i));
                start = i + 1;
            }
        }
        return elements;
    }

    private static void addElement(List<String> elements, String text) {
        String element = text.strip();
        if (!element.isEmpty()) {
            elements.add(element);
        }
    }
}
