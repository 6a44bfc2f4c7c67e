package io.taskstream.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Shows JAX-RS only headers that it can read. Both implementations answer 400 to an {@code Accept} that is malformed in
 * one part, RESTEasy also to an {@code Accept-Language}, and before any filter of JAX-RS runs. A part that can't be read
 * says nothing, a language changes nothing here, and a malformed {@code Content-Type} counts as none. A request whose
 * headers are as they should be passes as it is.
 */
public class ReadableHeaders extends HttpFilter {

    private static final long serialVersionUID = 1;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Map<String, List<String>> changes = changes(request);
        chain.doFilter(changes.isEmpty() ? request : new Changed(request, changes), response);
    }

    /** Other values for some headers, none for those that are hidden; empty for a request that stays as it is. */
    private static Map<String, List<String>> changes(HttpServletRequest request) {
        String accept = joined(request, HttpHeaders.ACCEPT);
        String ranges = accept == null ? null : NegotiationHeaders.mediaRanges(accept);
        String languages = joined(request, HttpHeaders.ACCEPT_LANGUAGE);
        String type = joined(request, HttpHeaders.CONTENT_TYPE);
        boolean isAcceptRight = accept == null || accept.equals(ranges);
        boolean areLanguagesRight = languages == null || NegotiationHeaders.areLanguages(languages);
        boolean isTypeRight = type == null || NegotiationHeaders.isMediaType(type);
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
            changes.put(HttpHeaders.CONTENT_TYPE, List.of());
        }
        return changes;
    }

    /** The header's value, with commas between those of several lines (RFC 9110, section 5.2). */
    private static @Nullable String joined(HttpServletRequest request, String name) {
        Enumeration<String> values = request.getHeaders(name);
        if (!values.hasMoreElements()) {
            return null;
        }
        String first = values.nextElement();
        return values.hasMoreElements() ? first + ", " + String.join(", ", Collections.list(values)) : first;
    }

    /** The request with other values of some headers. */
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
            return changes.containsKey(HttpHeaders.CONTENT_TYPE) ? null : super.getContentType();
        }
    }
}
