package io.taskstream.http.filter;

import io.taskstream.client.Names;
import io.taskstream.http.Exchange;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Passes on to JAX-RS only the headers of content negotiation that it can parse, as real clients send them (RFC 9110, section
 * 12.5). Both implementations answer 400 to an {@code Accept} with one malformed part, and RESTEasy to such an
 * {@code Accept-Language}, before any filter of JAX-RS runs. Here a part that cannot be parsed is ignored, a malformed
 * {@code Content-Type} counts as none, and no answer depends on a language. A request with correct headers stays as it is.
 */
public class NegotiationFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    private static final String TOKEN = "[!#$%&'+.^_`|~0-9A-Za-z-]+";
    private static final String STRICT_WEIGHT = "(?:[ \t]*;[ \t]*q=(?:0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?))?";
    private static final String RANGE = "\\*/\\*|" + TOKEN + "/(?:\\*|" + TOKEN + ")";

    private static final Pattern MEDIA_RANGE = Pattern.compile(RANGE);
    private static final Pattern PLAIN_RANGE = Pattern.compile("(?:" + RANGE + ")" + STRICT_WEIGHT);
    private static final Pattern WEIGHT = Pattern.compile(";[ \t]*[qQ][ \t]*(?:=([^;]*))?(?:;|$)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9}");

    /** RESTEasy parses no language of more parts. */
    private static final Pattern LANGUAGE =
            Pattern.compile("(?:\\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,2})" + STRICT_WEIGHT);

    private static final String PARAMETER = TOKEN + "=(?:" + TOKEN + "|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\")";
    private static final Pattern NEXT_PARAMETER = Pattern.compile(PARAMETER);

    private static final Pattern MEDIA_TYPE =
            Pattern.compile("(" + TOKEN + "/" + TOKEN + ")(?:[ \t]*;[ \t]*(?:" + PARAMETER + ")?)*+");

    /** Legal (RFC 9110, section 5.6.6), but not every JAX-RS implementation parses it. */
    private static final Pattern EMPTY_PARAMETER = Pattern.compile(";[ \t]*(?:;|$)");

    /** Legal, but not every JAX-RS implementation parses it. */
    private static final Pattern EMPTY_PART = Pattern.compile("(?:^|,)[ \t]*(?:,|$)");

    /** Values that need no check. */
    private static final Set<String> USUAL = Set.of(
            "*/*", "text/event-stream", "application/json", "text/plain", Names.JSON_LINES, Names.PARTIAL_UPLOAD);

    /** No known type is longer. */
    private static final int LONGEST_TYPE = 256;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Map<String, List<String>> changes = changes(request);
        // This filter is the last before JAX-RS.
        new Exchange(request, response).attach();
        chain.doFilter(changes.isEmpty() ? request : new Changed(request, changes), response);
    }

    /** Returns new values for some headers, none for hidden ones; empty for a request that stays as it is. */
    private static Map<String, List<String>> changes(HttpServletRequest request) {
        String accept = joined(request, HttpHeaders.ACCEPT);
        String ranges = accept == null ? null : mediaRanges(accept);
        String languages = joined(request, HttpHeaders.ACCEPT_LANGUAGE);
        String type = joined(request, HttpHeaders.CONTENT_TYPE);
        boolean isAcceptRight = accept == null || accept.equals(ranges);
        boolean areLanguagesRight = languages == null || areLanguages(languages);
        String readable = type == null ? null : mediaType(type);
        boolean isTypeRight = type == null || type.equals(readable);
        if (isAcceptRight && areLanguagesRight && isTypeRight) {
            return Map.of();
        }
        Map<String, List<String>> changes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (!isAcceptRight) {
            changes.put(HttpHeaders.ACCEPT, ranges == null ? List.of() : List.of(ranges));
        }
        if (!areLanguagesRight) {
            changes.put(HttpHeaders.ACCEPT_LANGUAGE, List.of());
        }
        if (!isTypeRight) {
            changes.put(HttpHeaders.CONTENT_TYPE, readable == null ? List.of() : List.of(readable));
        }
        return changes;
    }

    /** Returns the header's value, with commas between those of several lines (RFC 9110, section 5.2). */
    private static @Nullable String joined(HttpServletRequest request, String name) {
        Enumeration<String> values = request.getHeaders(name);
        if (!values.hasMoreElements()) {
            return null;
        }
        String first = values.nextElement();
        return values.hasMoreElements() ? first + ", " + String.join(", ", Collections.list(values)) : first;
    }

    /**
     * Returns the valid media ranges of {@code Accept}, each with its weight and without other parameters, which choose nothing
     * here. It leaves out what is no range, and a range whose weight is no number from 0 to 1. {@code *} counts as
     * {@code *}{@code /*} and {@code .2} as {@code 0.2}: Java's {@code HttpURLConnection} sends them.
     *
     * @return the header itself if all of it is valid, {@code null} if nothing is: then the client accepts anything
     */
    public static @Nullable String mediaRanges(String header) {
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

    /** Returns the weight with three digits behind the point, rounded up so that none becomes zero. */
    private static @Nullable String weight(@Nullable String text) {
        if (text == null || !NUMBER.matcher(text.strip()).matches()) {
            return null;
        }
        BigDecimal weight = new BigDecimal(text.strip()).setScale(3, RoundingMode.UP);
        return weight.compareTo(BigDecimal.ONE) > 0 ? null : weight.toString();
    }

    /** Tells whether every part is a language range that both JAX-RS implementations parse. */
    static boolean areLanguages(String header) {
        return !EMPTY_PART.matcher(header).find()
                && parts(header).stream()
                        .allMatch(part -> LANGUAGE.matcher(part).matches());
    }

    /**
     * Returns the header without empty parameters, which is itself if there are none; {@code null} if it is not one media type
     * with parameters.
     */
    static @Nullable String mediaType(String header) {
        if (USUAL.contains(header)) {
            return header;
        }
        Matcher type = MEDIA_TYPE.matcher(header.strip());
        if (header.length() > LONGEST_TYPE || !type.matches()) {
            return null;
        }
        if (!EMPTY_PARAMETER.matcher(header.strip()).find()) {
            return header;
        }
        StringBuilder readable = new StringBuilder(type.group(1));
        NEXT_PARAMETER
                .matcher(header)
                .region(header.indexOf(';'), header.length())
                .results()
                .forEach(parameter -> readable.append(';').append(parameter.group()));
        return readable.toString();
    }

    /** Splits at the commas that are not within quotation marks; ignores empty parts (RFC 9110, section 5.6.1). */
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

    /** A request with other values of some headers. */
    private static final class Changed extends HttpServletRequestWrapper {

        private final Map<String, List<String>> changes;

        Changed(HttpServletRequest request, Map<String, List<String>> changes) {
            super(request);
            this.changes = changes;
        }

        @Override
        public @Nullable String getHeader(String name) {
            List<String> values = changes.get(name);
            if (values == null) {
                return super.getHeader(name);
            }
            return values.isEmpty() ? null : values.get(0);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            List<String> values = changes.get(name);
            return values == null ? super.getHeaders(name) : Collections.enumeration(values);
        }

        @Override
        public Enumeration<String> getHeaderNames() {
            List<String> names = Collections.list(super.getHeaderNames());
            names.removeIf(name -> List.of().equals(changes.get(name)));
            return Collections.enumeration(names);
        }

        @Override
        public @Nullable String getContentType() {
            return changes.containsKey(HttpHeaders.CONTENT_TYPE)
                    ? getHeader(HttpHeaders.CONTENT_TYPE)
                    : super.getContentType();
        }
    }
}
