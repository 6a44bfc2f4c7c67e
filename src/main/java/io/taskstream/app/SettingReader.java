package io.taskstream.app;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads settings one by one, refuses nonsense, and remembers every key with its default. */
final class SettingReader {

    private final Function<String, @Nullable String> config;
    private final Map<String, String> defaults = new LinkedHashMap<>();

    /**
     * @param config the value of a key, {@code null} if it isn't set
     */
    SettingReader(Function<String, @Nullable String> config) {
        this.config = config;
    }

    /** Every key that was asked for, with its default. */
    Map<String, String> defaults() {
        return defaults;
    }

    int integer(String key, int usual, int min, int max) {
        return (int) number(key, usual, min, max);
    }

    long number(String key, long usual, long min, long max) {
        String text = text(key, Long.toString(usual));
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new InvalidSettingException(key, text, "a whole number from " + min + " to " + max);
    }

    Duration seconds(String key, long usual, long min, long max) {
        return Duration.ofSeconds(number(key, usual, min, max));
    }

    String oneOf(String key, String usual, String... allowed) {
        String text = text(key, usual);
        if (!Arrays.asList(allowed).contains(text)) {
            throw new InvalidSettingException(key, text, "one of " + String.join(", ", allowed));
        }
        return text;
    }

    String text(String key, String usual) {
        defaults.put(key, usual);
        String value = config.apply(key);
        return value == null || value.isBlank() ? usual : value.strip();
    }
}
