package io.taskstream.access;

import io.taskstream.task.TaskId;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Passes, with which a viewer that was admitted by a ticket resumes the same stream after its connection broke. A pass
 * contains its grant and a MAC (RFC 2104). So servers store nothing, and every server with the same secret accepts it.
 * Thread-safe.
 */
public final class StreamPasses {

    /** Prevents a MAC that the secret is used for elsewhere from being accepted as a pass. */
    private static final String PURPOSE = "taskstream stream pass 2:";

    private static final String HMAC = "HmacSHA256";
    private static final int MAX_LENGTH = 4_096;

    private static final int MAX_REVOKED = 100_000;

    private final Map<String, Instant> revoked = new ConcurrentHashMap<>();
    private volatile Instant allRevoked = Instant.MIN;
    private final SecretKey secret;
    private final Duration longestLife;
    private final InstantSource time;

    /**
     * @param secret at least 32 bytes
     * @param longestLife the life of a pass whose grant never expires
     */
    public StreamPasses(byte[] secret, Duration longestLife, InstantSource time) {
        this.secret = new SecretKeySpec(secret, HMAC);
        this.longestLife = longestLife;
        this.time = time;
    }

    /** Issues a pass for the stream of the tasks. It ends with the grant. */
    public String issue(List<TaskId> tasks, Grant grant) {
        Instant latest = time.instant().plus(longestLife);
        Instant expires = grant.expires().isAfter(latest) ? latest : grant.expires();
        String json = Json.createObjectBuilder()
                .add("task", name(tasks))
                .add("subject", grant.subject())
                .add("session", grant.session())
                .add("entry", grant.entry())
                .add("given", time.instant().toEpochMilli())
                .add("expires", expires.toEpochMilli())
                .build()
                .toString();
        String content = encode(json.getBytes(StandardCharsets.UTF_8));
        return content + '.' + encode(mac(content));
    }

    /** Returns the name of a task, and of several tasks one that no task has. */
    public static String name(List<TaskId> tasks) {
        return tasks.size() == 1
                ? tasks.get(0).value()
                : "*" + Digests.name(tasks.stream().map(TaskId::value).collect(Collectors.joining(",")));
    }

    /** Revokes the passes that were issued under the session so far. */
    void revoke(String session) {
        Instant now = time.instant();
        if (revoked.size() >= MAX_REVOKED) {
            // The passes of these have expired.
            revoked.values().removeIf(since -> since.isBefore(now.minus(longestLife)));
        }
        if (revoked.size() >= MAX_REVOKED) {
            allRevoked = now;
            revoked.clear();
        }
        revoked.put(session, now);
    }

    private boolean isRevoked(String session, Instant given) {
        return !given.isAfter(revoked.getOrDefault(session, Instant.MIN)) || !given.isAfter(allRevoked);
    }

    /**
     * Returns the grant of the pass.
     *
     * @throws RefusedException if it is forged, revoked, expired, or for other tasks
     */
    public Grant verify(String pass, List<TaskId> tasks) {
        int dot = pass.indexOf('.');
        if (dot < 0 || pass.length() > MAX_LENGTH) {
            throw new RefusedException("Not a stream's pass");
        }
        String content = pass.substring(0, dot);
        if (!MessageDigest.isEqual(
                encode(mac(content)).getBytes(StandardCharsets.US_ASCII),
                pass.substring(dot + 1).getBytes(StandardCharsets.UTF_8))) {
            throw new RefusedException("The stream's pass is not sealed by this server");
        }
        return read(content, tasks);
    }

    private Grant read(String content, List<TaskId> tasks) {
        String json = new String(Base64.getUrlDecoder().decode(content), StandardCharsets.UTF_8);
        try (JsonReader reader = Json.createReader(new StringReader(json))) {
            JsonObject pass = reader.readObject();
            Instant expires = Instant.ofEpochMilli(pass.getJsonNumber("expires").longValueExact());
            if (!pass.getString("task").equals(name(tasks))) {
                throw new RefusedException("The stream's pass is for another task");
            }
            if (!time.instant().isBefore(expires)) {
                throw new RefusedException("The stream's pass has expired");
            }
            String session = pass.getString("session");
            if (isRevoked(
                    session, Instant.ofEpochMilli(pass.getJsonNumber("given").longValueExact()))) {
                throw new RefusedException("The stream's pass was revoked when its session was closed");
            }
            return new Grant(
                    pass.getString("subject"), session, pass.getString("entry"), Permissions.toWatch(tasks), expires);
        } catch (JsonException e) {
            throw new RefusedException("Not a stream's pass");
        }
    }

    private byte[] mac(String content) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            return mac.doFinal((PURPOSE + content).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + HMAC, e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
