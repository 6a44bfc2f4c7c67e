package io.taskstream.http;

import io.taskstream.access.Grant;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.Instant;

/**
 * The cookies that authenticate browsers (RFC 6265). No script reads them, and they are never sent without encryption, or from
 * the page of another site unless that is allowed. They are written by hand: {@code NewCookie} adds {@code Version}, and a
 * stream's cookie is set on the servlet response.
 *
 * @param crossSite whether pages of other sites may use them
 */
public record Cookies(boolean crossSite) {

    /** The cookie that holds a token, for every path of this host and no other. */
    public static final String SESSION = "__Host-taskstream";

    /** The cookie that holds the pass of one stream, for that stream's path. */
    public static final String PASS = "__Secure-taskstream-stream";

    private static final int LONGEST = 3_900;

    /** Returns the value of {@code Set-Cookie} that opens a session; 413 if browsers would not store the token. */
    public String session(String token, Grant grant, Instant now) {
        if (token.length() > LONGEST) {
            throw Problem.of(
                            413,
                            "The token is too long for a cookie, which can have at most " + LONGEST + " characters")
                    .asException();
        }
        return cookie(SESSION, token, "/", grant, now);
    }

    /** Returns the value of {@code Set-Cookie} that closes the session. */
    public String noSession() {
        return SESSION + "=; Path=/; Max-Age=0" + attributes();
    }

    /** Returns the value of {@code Set-Cookie} that lets the viewer reconnect to the stream. */
    public String pass(TaskId task, String pass, Grant grant, Instant now) {
        return cookie(PASS, pass, "/tasks/" + task + "/stream", grant, now);
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
