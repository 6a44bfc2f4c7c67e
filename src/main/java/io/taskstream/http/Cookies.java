package io.taskstream.http;

import io.taskstream.access.Grant;
import io.taskstream.access.StreamPasses;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * The cookies that authenticate browsers (RFC 6265). No script reads them, and they are never sent without encryption, or from
 * the page of another site unless that is allowed. They are written by hand: {@code NewCookie} adds {@code Version}, and a
 * stream's cookie is set on the servlet response.
 *
 * @param crossSite whether pages of other sites may use them
 */
public record Cookies(boolean crossSite) {

    private static final Pattern NO_NAME = Pattern.compile("[^A-Za-z0-9_~-]");

    /** The cookie that holds the pass of one stream, for that stream's path. */
    public static final String PASS = "__Secure-taskstream-stream";

    private static final int LONGEST = 3_900;

    /**
     * Returns the name of the cookie that holds a token. At {@code /} it is for every path of this host and no other. At
     * another root it is for the paths below, and its name tells the root: a browser sends the cookie of {@code /a} also to
     * an application at {@code /a/b}.
     *
     * @param root the path at which the client sees the application, without a slash at its end
     */
    public static String session(String root) {
        return root.isEmpty()
                ? "__Host-taskstream"
                : "__Secure-taskstream" + NO_NAME.matcher(root).replaceAll(".");
    }

    /** Returns the value of {@code Set-Cookie} that opens a session; 413 if browsers would not store the token. */
    public String session(String token, Grant grant, String root, Instant now) {
        if (token.length() > LONGEST) {
            throw Problem.of(
                            413,
                            "The token is too long for a cookie, which can have at most " + LONGEST + " characters")
                    .asException();
        }
        return cookie(session(root), token, path(root), grant, now);
    }

    /** Returns the value of {@code Set-Cookie} that closes the session. */
    public String noSession(String root) {
        return session(root) + "=; Path=" + path(root) + "; Max-Age=0" + attributes();
    }

    private static String path(String root) {
        return root.isEmpty() ? "/" : root;
    }

    /** Returns the value of {@code Set-Cookie} that lets the viewer reconnect to the stream. */
    public String pass(Credentials.Stream stream, String pass, Grant grant, String root, Instant now) {
        return cookie(pass(stream), pass, root + stream.path(), grant, now);
    }

    /** Returns the name of that cookie. The streams of several tasks have one path, and each a cookie of its own. */
    static String pass(Credentials.Stream stream) {
        return stream.path().equals(Credentials.SEVERAL)
                ? PASS
                        + '.'
                        + NO_NAME.matcher(StreamPasses.name(stream.tasks())).replaceAll(".")
                : PASS;
    }

    private String cookie(String name, String value, String path, Grant grant, Instant now) {
        String age = grant.expires().equals(Instant.MAX)
                ? ""
                : "; Max-Age=" + Duration.between(now, grant.expires()).toSeconds();
        return name + "=" + value + "; Path=" + path + age + attributes();
    }

    private String attributes() {
        return "; HttpOnly; Secure; SameSite=" + (crossSite ? "None" : "Strict");
    }
}
