package io.taskstream.app;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads and checks settings one by one, and records every key with its default. */
final class SettingReader {

    private final Function<String, @Nullable String> config;
    private final Map<String, String> defaults = new LinkedHashMap<>();

    /**
     * @param config returns the value of a key, {@code null} if it is not set
     */
    SettingReader(Function<String, @Nullable String> config) {
        this.config = config;
    }

    /** Returns every key that was read, with its default. */
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
            // Reported below.
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

    /** Reads a setting without a default; empty if it is not set. */
    Optional<String> optional(String key) {
        String text = text(key, "");
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** Reads values with commas between them. */
    List<String> list(String key, String usual) {
        return Arrays.stream(text(key, usual).split(","))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /**
     * Converts a setting.
     *
     * @param make throws an {@link IllegalArgumentException} if the value is invalid
     * @param expected describes a valid value, for the message
     */
    <T> T made(String key, String value, Function<String, T> make, String expected) {
        try {
            return make.apply(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(key, value, expected);
        }
    }

    String text(String key, String usual) {
        defaults.put(key, usual);
        String value = config.apply(key);
        return value == null || value.isBlank() ? usual : value.strip();
    }
}
