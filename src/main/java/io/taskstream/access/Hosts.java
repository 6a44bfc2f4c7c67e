package io.taskstream.access;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The hosts under which the server may be called if it asks for no tokens: any IP address, {@code localhost}, and the
 * names that are set. A website can make a name of its own resolve to this server (DNS rebinding), and its scripts are
 * then of the server's own origin; with this list its name is refused.
 *
 * @param names without ports, in any case
 */
public record Hosts(Set<String> names) {

    /** Addresses and {@code localhost} only. */
    public static final Hosts NO_NAMES = new Hosts(Set.of());

    private static final Pattern NAME = Pattern.compile("[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?");

    /** RFC 3986, section 3.2.2, without percent-encoding, which no browser sends. */
    private static final Pattern AUTHORITY = Pattern.compile("(?:\\[([0-9a-f:.]+)]|([a-z0-9_.-]+))(?::[0-9]*)?");

    /**
     * @throws IllegalArgumentException if one is no name of a host
     */
    public Hosts {
        names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        if (!names.stream().allMatch(name -> NAME.matcher(name).matches())) {
            throw new IllegalArgumentException("Not the name of a host");
        }
    }

    /**
     * Whether the server may be called so.
     *
     * @param authority the value of a header {@code Host}: a host, with or without a port
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
        // With a final dot a name is absolute, and means the same.
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return name.equals("localhost") || names.contains(name) || isAddress(name);
    }

    private static boolean isAddress(String text) {
        return Network.address(text).isPresent();
    }
}
