package io.taskstream.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxies in front of the server, whose word is taken for where a request comes from. They say it in one header, the
 * one that they are configured to write: any other, a proxy passes on as its client has sent it. The headers of all other
 * peers are ignored.
 */
public final class Proxies {

    private static final Pattern FOR =
            Pattern.compile("(?:^|;)\\s*for=(?:\"([^\"]*)\"|([^;\\s]*))", Pattern.CASE_INSENSITIVE);

    private final List<Network> trusted;
    private final Header header;

    private Proxies(List<Network> trusted, Header header) {
        this.trusted = trusted;
        this.header = header;
    }

    /** The header in which proxies say where a request comes from. */
    public enum Header {
        X_FORWARDED_FOR("X-Forwarded-For"),
        /** RFC 7239. */
        FORWARDED("Forwarded");

        private final String text;

        Header(String text) {
            this.text = text;
        }

        /** The name on the wire. */
        public String text() {
            return text;
        }
    }

    /**
     * Proxies whose addresses are in one of the networks.
     *
     * @param networks as {@code 10.0.0.0/8}, {@code ::1} and the like
     * @param header the one that these proxies write
     * @throws IllegalArgumentException if one is nothing of the kind
     */
    public static Proxies in(List<String> networks, Header header) {
        return new Proxies(networks.stream().map(Network::parse).toList(), header);
    }

    /** The name of the header that {@link #client} takes the values of. */
    public String header() {
        return header.text();
    }

    /** Whether the peer's word is taken. */
    public boolean isTrusted(String peer) {
        return !trusted.isEmpty()
                && Network.address(peer)
                        .filter(address -> trusted.stream().anyMatch(network -> network.contains(address)))
                        .isPresent();
    }

    /**
     * Where a request comes from: the last address in the chain that is no proxy of ours.
     *
     * @param peer who has connected
     * @param values those of {@link #header()}, in the order in which they came
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

    /** {@code 192.0.2.1:80} and {@code [2001:db8::1]:80} without what is not the address; empty if it is none. */
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
