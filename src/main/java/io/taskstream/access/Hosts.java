package io.taskstream.access;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The host names that the server answers to while access is open: any IP address, {@code localhost}, and the configured
 * names. A website can resolve a name of its own to this server (DNS rebinding), and its scripts then have the server's
 * origin. This list refuses such a name.
 *
 * @param names without ports; upper and lower case are equal
 */
public record Hosts(Set<String> names) {

    /** Addresses and {@code localhost} only. */
    public static final Hosts NO_NAMES = new Hosts(Set.of());

    private static final Pattern NAME = Pattern.compile("[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?");

    /** RFC 3986, section 3.2.2, without percent-encoding, which no browser sends. */
    private static final Pattern AUTHORITY = Pattern.compile("(?:\\[([0-9a-f:.]+)]|([a-z0-9_.-]+))(?::[0-9]*)?");

    /**
     * @throws IllegalArgumentException if one is not a host name
     */
    public Hosts {
        names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        if (!names.stream().allMatch(name -> NAME.matcher(name).matches())) {
            throw new IllegalArgumentException("Not the name of a host");
        }
    }

    /**
     * Whether the server answers to the host.
     *
     * @param authority the value of the header {@code Host}: a host, with or without a port
     */
    public boolean serve(String authority) {
        Matcher matcher = AUTHORITY.matcher(authority.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return false;
        }
        String literal = matcher.group(1);
        return literal == null ? serveName(matcher.group(2)) : literal.contains(":") && isAddress(literal);
    }

    private boolean serveName(String text) {
        // A final dot makes the name absolute, without changing its meaning.
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return name.equals("localhost") || names.contains(name) || isAddress(name);
    }

    private static boolean isAddress(String text) {
        return Network.address(text).isPresent();
    }
}
