package io.taskstream.access;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
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
        if (host == null) {
            return false;
        }
        try {
            URI uri = URI.create(origin);
            String scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() == null || !(scheme.equals("https") || LOCAL.contains(uri.getHost()))) {
                return false;
            }
            return withPort(uri.getAuthority(), scheme).equals(withPort(host, scheme));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String withPort(String host, String scheme) {
        String lower = host.strip().toLowerCase(Locale.ROOT);
        boolean hasPort = lower.lastIndexOf(':') > lower.lastIndexOf(']');
        return hasPort ? lower : lower + (scheme.equals("https") ? ":443" : ":80");
    }
}
