package io.taskstream.access;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The web origins (RFC 6454) whose scripts may call.
 *
 * @param allowed as browsers send them, such as {@code https://app.example}; the server's own is always allowed
 * @param credentials whether browsers may send cookies along from there
 */
public record Origins(Set<String> allowed, boolean credentials) {

    /** No other than the server's own. */
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

    /** Whether what a browser sends along by itself counts there: another host of the same site gets it sent anyway. */
    public boolean allowsCookies(String origin) {
        return credentials && allows(origin);
    }

    /** Whether any other origin than the server's own is allowed. */
    public boolean isAnyElse() {
        return !allowed.isEmpty();
    }

    /**
     * Whether it is the server's own origin: its host and port, by https, or by any scheme on this machine itself.
     *
     * @param host as the browser knows it, with its port unless that is the scheme's own; {@code null} if it is not known
     */
    public static boolean isOwn(String origin, @Nullable String host) {
        Matcher parts = ORIGIN.matcher(origin);
        return host != null
                && parts.matches()
                && (parts.group(1).equals("https") || LOCAL.contains(parts.group(2)))
                && isAt(origin, host);
    }

    /** Whether it is the origin of that host and port, by http or https. */
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
