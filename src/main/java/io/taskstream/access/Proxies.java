package io.taskstream.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trusted proxies in front of the server. They name the client's address in one header, the one they are configured
 * to write; any other they pass on as the client sent it. They may name a prefix of paths, too. The headers of all other
 * peers are ignored.
 */
public final class Proxies {

    /** The header in which a proxy names the path at which its clients see the application. */
    public static final String PREFIX_HEADER = "X-Forwarded-Prefix";

    private static final Pattern FOR =
            Pattern.compile("(?:^|;)\\s*for=(?:\"([^\"]*)\"|([^;\\s]*))", Pattern.CASE_INSENSITIVE);

    /** Segments of unreserved characters (RFC 3986, section 2.3): they mean the same in a header, a cookie and a page. */
    private static final Pattern PREFIX = Pattern.compile("/|(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+/?");

    private static final int LONGEST_PREFIX = 256;

    private final List<Network> trusted;
    private final Header header;

    private Proxies(List<Network> trusted, Header header) {
        this.trusted = trusted;
        this.header = header;
    }

    /** The header in which proxies name the client's address. */
    public enum Header {
        X_FORWARDED_FOR("X-Forwarded-For"),
        /** RFC 7239. */
        FORWARDED("Forwarded");

        private final String text;

        Header(String text) {
            this.text = text;
        }

        /** Returns the name of the header. */
        public String text() {
            return text;
        }
    }

    /**
     * Returns the proxies in the networks.
     *
     * @param networks such as {@code 10.0.0.0/8} and {@code ::1}
     * @param header the one that these proxies write
     * @throws IllegalArgumentException if one is not a network
     */
    public static Proxies in(List<String> networks, Header header) {
        return new Proxies(networks.stream().map(Network::parse).toList(), header);
    }

    /** Returns the name of the header whose values {@link #client} takes. */
    public String header() {
        return header.text();
    }

    /** Whether the peer is a trusted proxy. */
    public boolean isTrusted(String peer) {
        return !trusted.isEmpty()
                && Network.address(peer)
                        .filter(address -> trusted.stream().anyMatch(network -> network.contains(address)))
                        .isPresent();
    }

    /**
     * Returns the client's address: the last address in the chain that is not a trusted proxy.
     *
     * @param peer the address of the connection
     * @param values of {@link #header()}, in the order in which they arrived
     */
    public String client(String peer, List<String> values) {
        if (!isTrusted(peer)) {
            return peer;
        }
        List<String> elements = elements(values);
        List<String> chain = header == Header.FORWARDED ? addresses(elements) : elements;
        String client = peer;
        for (int i = chain.size() - 1; i >= 0 && isTrusted(client); i--) {
            Optional<String> next = withoutPort(chain.get(i));
            if (next.isEmpty()) {
                return client;
            }
            client = next.get();
        }
        return client;
    }

    /**
     * Returns the path at which the client sees the application, without a slash at its end. A trusted proxy that adds or
     * removes a prefix names that path; what is no path is ignored.
     *
     * @param peer the address of the connection
     * @param prefixes the values of {@value #PREFIX_HEADER}
     * @param contextRoot the path at which the server has the application
     */
    public String root(String peer, List<String> prefixes, String contextRoot) {
        if (prefixes.size() != 1 || !isTrusted(peer)) {
            return contextRoot;
        }
        String prefix = prefixes.get(0);
        if (prefix.length() > LONGEST_PREFIX || !PREFIX.matcher(prefix).matches()) {
            return contextRoot;
        }
        return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    private static List<String> elements(List<String> values) {
        List<String> elements = new ArrayList<>();
        for (String value : values) {
            for (String element : value.split(",", -1)) {
                elements.add(element.strip());
            }
        }
        return elements;
    }

    private static List<String> addresses(List<String> elements) {
        return elements.stream()
                .map(element -> {
                    Matcher matcher = FOR.matcher(element);
                    if (!matcher.find()) {
                        return "";
                    }
                    return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
                })
                .toList();
    }

    /** Returns the address of {@code 192.0.2.1:80} or {@code [2001:db8::1]:80}; empty if there is none. */
    private static Optional<String> withoutPort(String text) {
        String address = text;
        if (text.startsWith("[") && text.indexOf(']') > 0) {
            address = text.substring(1, text.indexOf(']'));
        } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            address = text.substring(0, text.indexOf(':'));
        }
        String candidate = address;
        return Network.address(candidate).map(known -> candidate);
    }
}
