package io.taskstream.http.resource;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of an answer's body.
 *
 * @param start its first byte, from 0
 * @param length in bytes
 */
record ByteRange(long start, long length) {

    private static final Pattern FORM = Pattern.compile("bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*");

    /**
     * Returns whether a {@code Range} asks for one part (RFC 9110, section 14.2). Any other counts as none: that is allowed, and
     * several parts would not be worth their answer.
     */
    static boolean isOne(@Nullable String range) {
        Matcher form = FORM.matcher(range == null ? "" : range);
        if (!form.matches()) {
            return false;
        }
        String first = form.group(1);
        String last = form.group(2);
        return first.isEmpty() ? !last.isEmpty() : last.isEmpty() || number(first) <= number(last);
    }

    /**
     * Returns the part that {@code Range} asks for, {@code null} if the body has none of it.
     *
     * @param range of which {@link #isOne} is true
     */
    static @Nullable ByteRange of(String range, long total) {
        Matcher form = FORM.matcher(range);
        if (!form.matches()) {
            throw new IllegalArgumentException(range);
        }
        long start;
        long end = total;
        if (form.group(1).isEmpty()) {
            start = Math.max(0, total - number(form.group(2)));
        } else {
            start = number(form.group(1));
            end = form.group(2).isEmpty() ? total : Math.min(total - 1, number(form.group(2))) + 1;
        }
        return start < end ? new ByteRange(start, end - start) : null;
    }

    /** Parses digits; a number beyond the largest of a {@code long} counts as that one, which no text has. */
    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Returns the value of {@code Content-Range} (RFC 9110, section 14.4). */
    String of(long total) {
        return "bytes " + start + "-" + (start + length - 1) + "/" + total;
    }
}
