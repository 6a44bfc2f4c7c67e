package io.taskstream.task;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the {@code traceparent} header (W3C Trace Context, section 3.2). */
public final class TraceParent {

    private static final Pattern FORM =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");
    private static final int LENGTH = 55;

    private TraceParent() {}

    /**
     * Returns the part of the header that every version has; empty if there is no header, or it is invalid, which the
     * standard says to ignore.
     */
    public static Optional<String> parse(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        Matcher matcher = FORM.matcher(header.strip());
        boolean isValid = matcher.matches() && (matcher.group(2) == null || !"00".equals(matcher.group(1)));
        return isValid ? Optional.of(header.strip().substring(0, LENGTH)) : Optional.empty();
    }
}
