package io.taskstream.run;

import java.util.HashMap;
import java.util.Map;

/** The little JSON that the runner writes and reads. */
final class Json {

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Returns the text as a JSON string. */
    static String quoted(String text) {
        var json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /**
     * Returns those members of an object that are strings. Members of inner objects are no members.
     *
     * @return empty if the text is no JSON object
     */
    static Map<String, String> strings(String text) {
        try {
            return new Json(text).object();
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            return Map.of();
        }
    }

    private Map<String, String> object() {
        Map<String, String> members = new HashMap<>();
        expect('{');
        if (peek() == '}') {
            return members;
        }
        do {
            String name = string();
            expect(':');
            if (peek() == '"') {
                members.put(name, string());
            } else {
                skip();
            }
        } while (next() == ',');
        return members;
    }

    /** Skips a value that is no string. */
    private void skip() {
        int depth = 0;
        while (depth > 0 || (peek() != ',' && peek() != '}')) {
            if (peek() == '"') {
                string();
                continue;
            }
            char c = next();
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
    }

    private String string() {
        expect('"');
        var value = new StringBuilder();
        for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
            value.append(c == '\\' ? escaped(text.charAt(at++)) : c);
        }
        return value.toString();
    }

    private char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> (char) Integer.parseInt(text, at, at += 4, 16);
            default -> c;
        };
    }

    private void expect(char wanted) {
        if (next() != wanted) {
            throw new IllegalArgumentException("No JSON object");
        }
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    /** Returns the next character that is no white space, and stays there. */
    private char peek() {
        while (text.charAt(at) <= ' ') {
            at++;
        }
        return text.charAt(at);
    }
}
