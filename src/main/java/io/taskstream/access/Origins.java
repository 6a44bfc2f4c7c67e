package io.taskstream.access;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The web origins (RFC 6454) whose scripts may call the API.
 *
 * @param allowed as browsers send them, such as {@code https://app.example}; the server's own is always allowed
 * @param credentials whether browsers may send cookies from there
 */
public record Origins(Set<String> allowed, boolean credentials) {

    /** The server's own origin only. */
    public static final Origins NONE = new Origins(Set.of(), false);

    /** The scheme and the host, as browsers send them. */
    private static final Pattern ORIGIN =
            Pattern.compile("(https?)://([^/?#@:\\[\\]\\s]+|\\[[0-9a-f:.]+])(?::[0-9]+)?");

    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

    public Origins {
        allowed = Set.copyOf(allowed);
    }

    public boolean allows(String origin) {
        return allowed.contains(origin);
    }

    /** Whether cookies from the origin count. Without this check they would, from another host of the same site. */
    public boolean allowsCookies(String origin) {
        return credentials && allows(origin);
    }

    /** Whether the scripts of any other origin may call. */
    public boolean allowsOthers() {
        return !allowed.isEmpty();
    }

    /**
     * Whether the origin is the server's own: its host and port with https, or with any scheme on the local machine.
     *
     * @param host as the browser sees it, with its port unless that is the scheme's default; {@code null} if unknown
     */
    public static boolean isOwn(String origin, @Nullable String host) {
        Matcher parts = ORIGIN.matcher(origin);
        return host != null
                && parts.matches()
                && (parts.group(1).equals("https") || LOCAL.contains(parts.group(2)))
                && isAt(origin, host);
    }

    /** Whether the origin has that host and port, with http or https. */
    public static boolean isAt(String origin, String host) {
        Matcher parts = ORIGIN.matcher(origin);
        return parts.matches()
                && withPort(origin.substring(parts.start(2)), parts.group(1)).equals(withPort(host, parts.group(1)));
    }

    private static String withPort(String host, String scheme) {
        String lower = host.strip().toLowerCase(Locale.ROOT);
        boolean hasPort = lower.lastIndexOf(':') > lower.lastIndexOf(']');
        return hasPort ? lower : lower + (scheme.equals("https") ? ":443" : ":80");
    }
}
