package io.taskstream.http;

import io.taskstream.access.Grant;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.Instant;

/**
 * The cookies that let browsers in (RFC 6265): never readable by a script, never sent without encryption, and never sent
 * from another site, unless other sites are to be served.
 *
 * @param crossSite whether pages of other sites may use them
 */
public record Cookies(boolean crossSite) {

    /** Holds a token, for every path of this host and no other. */
    static final String SESSION = "__Host-taskstream";

    /** Holds the pass of one stream, for that stream's path. */
    static final String PASS = "__Secure-taskstream-stream";

    private static final int LONGEST = 3_900;

    /** Sets the session to the token; 413 if browsers would not keep it. */
    String session(String token, Grant grant, Instant now) {
        if (token.length() > LONGEST) {
            throw Problem.of(413, "The token is too long for a cookie, which has at most " + LONGEST + " characters")
                    .asException();
        }
        return cookie(SESSION, token, "/", grant, now);
    }

    /** Takes the session away. */
    String noSession() {
        return SESSION + "=; Path=/; Max-Age=0" + attributes();
    }

    /** Lets the viewer come back to the stream. */
    String pass(TaskId task, String pass, Grant grant, Instant now) {
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
