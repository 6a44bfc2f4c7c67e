package io.taskstream.text;

import com.google.re2j.PatternSyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what is searched for in one line at a time. The time is linear in the line's length. Not thread-safe. */
@FunctionalInterface
public interface Finder {

    /** The longest that can be searched for, in characters. */
    int MOST = 1_000;

    /** How often an expression may repeat its parts by counts, and how many instructions it may have: each takes time per character. */
    int MOST_INSTRUCTIONS = 2_000;

    /** Some characters of a line. */
    record Span(int start, int end) {}

    /** Returns the first match at that index or later, which may be empty; {@code null} if there is none. */
    @Nullable
    Span find(String line, int from);

    /** Returns a finder of a text as it is. */
    static Finder ofText(String text, boolean matchCase) {
        int flags = matchCase ? 0 : Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
        Matcher matcher = Pattern.compile(text, Pattern.LITERAL | flags).matcher("");
        return (line, from) -> matcher.reset(line).find(from) ? new Span(matcher.start(), matcher.end()) : null;
    }

    /**
     * Returns a finder of a regular expression in the syntax of RE2.
     *
     * @throws IllegalArgumentException if it is none, or would take too long; the message is for people
     */
    static Finder ofExpression(String expression, boolean matchCase) {
        if (repeats(expression) > MOST_INSTRUCTIONS) {
            throw new IllegalArgumentException("it repeats its parts too often");
        }
        try {
            var pattern = com.google.re2j.Pattern.compile(
                    expression, matchCase ? 0 : com.google.re2j.Pattern.CASE_INSENSITIVE);
            if (pattern.programSize() > MOST_INSTRUCTIONS) {
                throw new IllegalArgumentException("it is too complex");
            }
            com.google.re2j.Matcher matcher = pattern.matcher("");
            return (line, from) -> matcher.reset(line).find(from) ? new Span(matcher.start(), matcher.end()) : null;
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Returns how often a part is repeated at most, were all counts nested: the compiler writes each repeat out. */
    private static double repeats(String expression) {
        double repeats = 1;
        for (Matcher count = Pattern.compile("\\{([0-9]+)(?:,([0-9]*))?}").matcher(expression); count.find(); ) {
            String most = count.group(2);
            repeats *= Math.max(1, Double.parseDouble(most == null || most.isEmpty() ? count.group(1) : most));
        }
        return repeats;
    }
}
