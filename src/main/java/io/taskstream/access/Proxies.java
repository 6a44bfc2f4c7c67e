package io.taskstream.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxies in front of the server, whose word is taken for where a request comes from: {@code Forwarded} (RFC 7239)
 * and {@code X-Forwarded-For}. Whatever anybody else says in those headers is passed over.
 */
public final class Proxies {

    private static final Pattern FOR =
            Pattern.compile("(?:^|;)\\s*for=(?:\"([^\"]*)\"|([^;\\s]*))", Pattern.CASE_INSENSITIVE);

    private final List<Network> trusted;

    private Proxies(List<Network> trusted) {
        this.trusted = trusted;
    }

    /**
     * Proxies whose addresses are in one of the networks.
     *
     * @param networks as {@code 10.0.0.0/8}, {@code ::1} and the like
     * @throws IllegalArgumentException if one is nothing of the kind
     */
    public static Proxies in(List<String> networks) {
        return new Proxies(networks.stream().map(Network::parse).toList());
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
     * @param forwarded the values of {@code Forwarded}
     * @param forwardedFor the values of {@code X-Forwarded-For}, used if there is no {@code Forwarded}
     */
    public String client(String peer, List<String> forwarded, List<String> forwardedFor) {
        if (!isTrusted(peer)) {
            return peer;
        }
        List<String> chain = forwarded.isEmpty() ? elements(forwardedFor) : addresses(elements(forwarded));
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
