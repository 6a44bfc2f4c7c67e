package io.taskstream.http;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The headers by which client and server agree on a representation, as real clients send them (RFC 9110, section 12.5). */
final class NegotiationHeaders {

    private static final String TOKEN = "[!#$%&'+.^_`|~0-9A-Za-z-]+";
    private static final String STRICT_WEIGHT = "(?:[ \t]*;[ \t]*q=(?:0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?))?";
    private static final String RANGE = "\\*/\\*|" + TOKEN + "/(?:\\*|" + TOKEN + ")";

    private static final Pattern MEDIA_RANGE = Pattern.compile(RANGE);
    private static final Pattern PLAIN_RANGE = Pattern.compile("(?:" + RANGE + ")" + STRICT_WEIGHT);
    private static final Pattern WEIGHT = Pattern.compile(";[ \t]*[qQ][ \t]*(?:=([^;]*))?(?:;|$)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9}");

    /** RESTEasy reads no language of more parts. */
    private static final Pattern LANGUAGE =
            Pattern.compile("(?:\\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,2})" + STRICT_WEIGHT);

    private static final Pattern MEDIA_TYPE = Pattern.compile(TOKEN + "/" + TOKEN + "(?:[ \t]*;[ \t]*" + TOKEN + "=(?:"
            + TOKEN + "|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"))*");

    /** Legal, but read by not every JAX-RS implementation. */
    private static final Pattern EMPTY_PART = Pattern.compile("(?:^|,)[ \t]*(?:,|$)");

    /** They need no look. */
    private static final Set<String> USUAL = Set.of(
            "*/*",
            "text/event-stream",
            "application/json",
            "text/plain",
            "application/x-ndjson",
            "application/partial-upload");

    /** A longer type is none that is known here. */
    private static final int LONGEST_TYPE = 256;

    private NegotiationHeaders() {}

    /**
     * The media ranges of {@code Accept} that can be read, each with its weight and without other parameters, by which
     * nothing is chosen here. What is no range is left out, and so is a range whose weight is no number from 0 to 1.
     * {@code *} counts as {@code *}{@code /*} and {@code .2} as {@code 0.2}: Java's {@code HttpURLConnection} sends them.
     *
     * @return the very header if all of it can be read, {@code null} if nothing can: then the client takes anything
     */
    static @Nullable String mediaRanges(String header) {
        if (USUAL.contains(header)) {
            return header;
        }
        List<String> ranges = new ArrayList<>();
        boolean isAsSent = !EMPTY_PART.matcher(header).find();
        for (String part : parts(header)) {
            boolean isPlain = PLAIN_RANGE.matcher(part).matches();
            String range = isPlain ? part : mediaRange(part);
            isAsSent &= isPlain;
            if (range != null) {
                ranges.add(range);
            }
        }
        if (ranges.isEmpty()) {
            return null;
        }
        return isAsSent ? header : String.join(", ", ranges);
    }

    private static @Nullable String mediaRange(String part) {
        int end = part.indexOf(';');
        String name = end < 0 ? part : part.substring(0, end).strip();
        String range = name.equals("*") ? "*/*" : name;
        if (!MEDIA_RANGE.matcher(range).matches()) {
            return null;
        }
        Matcher weight = WEIGHT.matcher(part);
        if (!weight.find()) {
            return range;
        }
        String thousandths = weight(weight.group(1));
        return thousandths == null ? null : range + ";q=" + thousandths;
    }

    /** Three digits behind the point; what is more than nothing remains so. */
    private static @Nullable String weight(@Nullable String text) {
        if (text == null || !NUMBER.matcher(text.strip()).matches()) {
            return null;
        }
        BigDecimal weight = new BigDecimal(text.strip()).setScale(3, RoundingMode.UP);
        return weight.compareTo(BigDecimal.ONE) > 0 ? null : weight.toString();
    }

    /** Whether every part is a language range with a weight that both JAX-RS implementations read. */
    static boolean areLanguages(String header) {
        return !EMPTY_PART.matcher(header).find()
                && parts(header).stream()
                        .allMatch(part -> LANGUAGE.matcher(part).matches());
    }

    /** Whether it is one media type and its parameters. */
    static boolean isMediaType(String header) {
        return USUAL.contains(header)
                || (header.length() <= LONGEST_TYPE
                        && MEDIA_TYPE.matcher(header.strip()).matches());
    }

    /** What stands between commas that are not within quotation marks; empty parts are none (RFC 9110, section 5.6.1). */
    private static List<String> parts(String header) {
        List<String> parts = new ArrayList<>();
        boolean isQuoted = false;
        int start = 0;
        for (int i = 0; i <= header.length(); i++) {
            boolean isEnd = i == header.length();
            if (isEnd || (header.charAt(i) == ',' && !isQuoted)) {
                String part = header.substring(start, i).strip();
                if (!part.isEmpty()) {
                    parts.add(part);
                }
                start = i + 1;
            } else if (header.charAt(i) == '"' && !isEscaped(header, i)) {
                isQuoted = !isQuoted;
            }
        }
        return parts;
    }

    private static boolean isEscaped(String header, int at) {
        return at > 0 && header.charAt(at - 1) == '\\';
    }
}
