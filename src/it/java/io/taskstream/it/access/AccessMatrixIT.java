package io.taskstream.it.access;

import static io.taskstream.it.access.GuardedServer.FRIEND;
import static io.taskstream.it.access.GuardedServer.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import jakarta.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every endpoint with every invalid and every valid credential. */
class AccessMatrixIT {

    private static final List<String> NONE = List.of();

    /** Static tokens, by the subject of the claims with the same permissions. */
    private static final Map<String, String> STATIC = Map.of(
            "p", "static-publisher-0123456789",
            "v", "static-viewer-0123456789",
            "a", "static-admin-0123456789",
            "n", "static-nobody-0123456789");

    private static final Duration ROTATION = Duration.ofSeconds(40);

    /** One for all cells: to make its RSA key takes longer than many requests. */
    private static final Issuer STRANGER = new Issuer();

    private static KeyServer keys;
    private static GuardedServer guarded;
    private static Api api;
    private static Issuer issuer;

    /** A token that may do everything. */
    private static String all;

    @BeforeAll
    static void start() {
        issuer = new Issuer();
        keys = new KeyServer(issuer.keys());
        guarded = new GuardedServer(
                "matrix",
                "512m",
                Map.of(
                        "taskstream.access.jwt.keys-url",
                        keys.url(),
                        "taskstream.access.jwt.keys-seconds",
                        "10",
                        "taskstream.access.tokens-file",
                        tokensFile().toString(),
                        "taskstream.cors.credentials",
                        "true"),
                issuer);
        api = guarded.api();
        all = issuer.sign(Issuer.claims("root", List.of("*"), List.of("*"), true));
    }

    private static Path tokensFile() {
        Path file = Path.of("target", "it", "matrix-" + System.getProperty("it.server") + "-tokens.json")
                .toAbsolutePath();
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, """
                    {"tokens": [
                      {"subject": "p", "token": "%s", "publish": ["m-*"]},
                      {"subject": "v", "token": "%s", "watch": ["m-*"]},
                      {"subject": "a", "token": "%s", "admin": true},
                      {"subject": "n", "token": "%s"},
                      {"subject": "old", "token": "static-old-0123456789", "publish": ["*"], "watch": ["*"], "admin": true,
                       "expires": "2026-01-01T00:00:00Z"}]}
                    """.formatted(STATIC.get("p"), STATIC.get("v"), STATIC.get("a"), STATIC.get("n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    @AfterAll
    static void stop() {
        guarded.close();
        keys.close();
    }

    /**
     * A call.
     *
     * @param needs the minimal permissions of a token, as publish, watch and admin
     * @param good the status with these permissions
     */
    private record Endpoint(
            String method, String path, String type, String body, JWTClaimsSet.Builder needs, int good) {

        boolean isStream() {
            return path.endsWith("/stream") && method.equals("GET");
        }

        boolean changesState() {
            return !method.equals("GET") && !method.equals("HEAD");
        }
    }

    /** A credential, and the required status. */
    private record Credential(String name, String query, List<String> headers, int expected) {

        static Credential bearer(String name, String token, int expected) {
            return new Credential(name, "", List.of("Authorization", "Bearer " + token), expected);
        }
    }

    private static List<Endpoint> endpoints(String task) {
        JWTClaimsSet.Builder publisher = Issuer.claims("p", List.of(task), NONE, false);
        JWTClaimsSet.Builder viewer = Issuer.claims("v", NONE, List.of("m-*"), false);
        JWTClaimsSet.Builder admin = Issuer.claims("a", NONE, NONE, true);
        String json = "application/json";
        return List.of(
                new Endpoint("POST", "/tasks", json, "{\"id\":\"" + task + "\"}", publisher, 201),
                new Endpoint("PUT", "/tasks/" + task, json, "{}", publisher, 200),
                new Endpoint("GET", "/tasks", null, "", Issuer.claims("n", NONE, NONE, false), 200),
                new Endpoint("GET", "/tasks/" + task, null, "", viewer, 200),
                new Endpoint("POST", "/tasks/" + task + "/events", json, "1", publisher, 200),
                new Endpoint("POST", "/tasks/" + task + "/events", "application/x-ndjson", "2\n", publisher, 200),
                new Endpoint("POST", "/tasks/" + task + "/events", "text/plain", "three\n", publisher, 200),
                new Endpoint("GET", "/tasks/" + task + "/events", null, "", viewer, 200),
                new Endpoint("GET", "/tasks/" + task + "/log", null, "", viewer, 200),
                new Endpoint("HEAD", "/tasks/" + task + "/log", null, "", viewer, 200),
                new Endpoint("GET", "/tasks/" + task + "/search?q=a", null, "", viewer, 200),
                new Endpoint("GET", "/tasks/" + task + "/lines", null, "", viewer, 200),
                new Endpoint("GET", "/tasks/" + task + "/stream?heartbeat=1", null, "", viewer, 200),
                new Endpoint("HEAD", "/tasks/" + task + "/stream", null, "", viewer, 200),
                new Endpoint("GET", "/stream?task=" + task + "&heartbeat=1", null, "", viewer, 200),
                new Endpoint("HEAD", "/stream?task=" + task, null, "", viewer, 200),
                new Endpoint("PUT", "/tasks/" + task + "/uploads/u", "text/plain", "", publisher, 201),
                new Endpoint("HEAD", "/tasks/" + task + "/uploads/u", null, "", publisher, 204),
                // Without its offset.
                new Endpoint(
                        "POST", "/tasks/" + task + "/uploads/u", "application/partial-upload", "x", publisher, 400),
                new Endpoint("POST", "/tasks/" + task + "/tickets", null, "", viewer, 200),
                new Endpoint("POST", "/tasks/" + task + "/cancel", null, "", admin, 202),
                new Endpoint("DELETE", "/tasks/" + task, null, "", admin, 204),
                new Endpoint("POST", "/session", null, "", Issuer.claims("n", NONE, NONE, false), 200),
                new Endpoint("DELETE", "/session", null, "", Issuer.claims("n", NONE, NONE, false), 204),
                new Endpoint("DELETE", "/sessions/nobody", null, "", admin, 204),
                new Endpoint("GET", "/metrics", null, "", admin, 200),
                new Endpoint("GET", "/admin/drain", null, "", admin, 200),
                // Last, because it drains the server.
                new Endpoint("POST", "/admin/drain", null, "", admin, 202));
    }

    @Test
    void everyCellAnswersAsItMust() {
        String task = "m-" + UUID.randomUUID();
        int cells = 0;
        List<String> wrong = new ArrayList<>();
        List<Endpoint> endpoints = endpoints(task);
        for (Endpoint endpoint : endpoints) {
            for (Credential credential : refused(endpoint, task)) {
                cells += check(endpoint, credential, wrong);
            }
        }
        assertThat(api.get("/tasks/" + task, "Authorization", "Bearer " + all).statusCode())
                .as("nothing was made by who may not")
                .isEqualTo(404);
        for (Function<Endpoint, Credential> enough : enough()) {
            for (Endpoint endpoint : endpoints.subList(0, endpoints.size() - 1)) {
                cells += check(endpoint, enough.apply(endpoint), wrong);
            }
        }
        cells += checkRotation(wrong);
        Endpoint drain = endpoints.get(endpoints.size() - 1);
        cells += check(drain, Credential.bearer("a static token", STATIC.get("a"), drain.good), wrong);
        System.out.printf(
                "Access matrix on %s: %d endpoints, %d cells, %d wrong%n",
                System.getProperty("it.server"), endpoints.size(), cells, wrong.size());
        assertThat(wrong).isEmpty();
        assertNothingSecretIsLogged();
    }

    /** Tests one cell. Returns 1, to count it. */
    private static int check(Endpoint endpoint, Credential credential, List<String> wrong) {
        int status = call(endpoint, credential);
        if (status != credential.expected) {
            wrong.add(endpoint.method + " " + endpoint.path + " with " + credential.name + ": " + status
                    + " instead of " + credential.expected);
        }
        return 1;
    }

    /** Every credential with the minimal permissions of a call. */
    private static List<Function<Endpoint, Credential>> enough() {
        return List.of(
                endpoint -> Credential.bearer("ES256", issuer.sign(endpoint.needs), endpoint.good),
                endpoint -> Credential.bearer("RS256", issuer.signWithRsa(endpoint.needs), endpoint.good),
                endpoint -> Credential.bearer("EdDSA", issuer.signWithEdwards(endpoint.needs), endpoint.good),
                endpoint -> Credential.bearer(
                        "a static token", STATIC.get(endpoint.needs.build().getSubject()), endpoint.good),
                endpoint -> new Credential(
                        "a cookie from a friendly origin",
                        "",
                        List.of("Cookie", "__Host-taskstream=" + issuer.sign(endpoint.needs), "Origin", FRIEND),
                        endpoint.path.equals("/session") && endpoint.method.equals("POST") ? 400 : endpoint.good));
    }

    /** New keys are accepted soon, and old ones refused soon after. */
    private static int checkRotation(List<String> wrong) {
        var successor = new Issuer();
        keys.publish(successor.keys());
        String old = issuer.sign(Issuer.claims("old", NONE, NONE, false));
        String fresh = successor.sign(Issuer.claims("new", NONE, NONE, false));
        for (Map.Entry<String, Integer> each : Map.of(fresh, 200, old, 401).entrySet()) {
            try {
                Await.until(
                        "the keys have changed",
                        ROTATION,
                        () -> api.get("/tasks", bearer(each.getKey())).statusCode() == each.getValue());
            } catch (AssertionError e) {
                wrong.add("after new keys were published not " + each.getValue());
            }
        }
        return 2;
    }

    private static List<Credential> refused(Endpoint endpoint, String task) {
        JWTClaimsSet claims = endpoint.needs.build();
        List<Credential> credentials = new ArrayList<>();
        credentials.add(new Credential("no token", "", List.of(), 401));
        credentials.add(new Credential("an empty token", "", List.of("Authorization", "Bearer "), 401));
        credentials.add(new Credential("another scheme", "", List.of("Authorization", "Basic cm9vdDpyb290"), 401));
        credentials.add(Credential.bearer("nonsense", "a.b.c", 401));
        credentials.add(Credential.bearer(
                "an expired token",
                issuer.sign(copy(claims).expirationTime(Date.from(Instant.now().minusSeconds(5)))),
                401));
        credentials.add(Credential.bearer(
                "a token without end", issuer.sign(copy(claims).expirationTime(null)), 401));
        credentials.add(Credential.bearer(
                "a token for later",
                issuer.sign(copy(claims).notBeforeTime(Date.from(Instant.now().plusSeconds(60)))),
                401));
        credentials.add(Credential.bearer("a wrong key", STRANGER.sign(copy(claims)), 401));
        credentials.add(Credential.bearer("a wrong RSA key", STRANGER.signWithRsa(copy(claims)), 401));
        credentials.add(Credential.bearer("a wrong Edwards key", STRANGER.signWithEdwards(copy(claims)), 401));
        credentials.add(Credential.bearer("no such static token", "static-wrong-0123456789", 401));
        credentials.add(Credential.bearer("a static token that has expired", "static-old-0123456789", 401));
        credentials.add(
                Credential.bearer("a wrong audience", issuer.sign(copy(claims).audience("elsewhere")), 401));
        credentials.add(
                Credential.bearer("a wrong issuer", issuer.sign(copy(claims).issuer("https://evil.example")), 401));
        credentials.add(Credential.bearer("a wrong algorithm", issuer.signWithPublicKeyAsSecret(copy(claims)), 401));
        credentials.add(Credential.bearer("no algorithm", new PlainJWT(claims).serialize(), 401));
        credentials.add(Credential.bearer("a changed token", changed(issuer.sign(copy(claims))), 401));
        if (endpoint.needs.build().getSubject().equals("n")) {
            // Every authenticated caller may do this.
            credentials.add(Credential.bearer(
                    "a token without rights claim", issuer.sign(copy(claims).claim("taskstream", null)), 401));
        } else {
            credentials.add(Credential.bearer(
                    "the right for another task",
                    issuer.sign(Issuer.claims("x", List.of("other-*", "m"), List.of("other-*", task + "x"), false)),
                    403));
            credentials.add(
                    Credential.bearer("no right at all", issuer.sign(Issuer.claims("x", NONE, NONE, false)), 403));
            credentials.add(Credential.bearer("a static token without the right", STATIC.get("n"), 403));
        }
        String forged = "__Host-taskstream=" + STRANGER.sign(copy(claims));
        credentials.add(new Credential("a forged cookie", "", List.of("Cookie", forged, "Origin", FRIEND), 401));
        credentials.add(new Credential(
                "a cookie from another origin",
                "",
                List.of("Cookie", "__Host-taskstream=" + all, "Origin", "https://evil.example"),
                403));
        credentials.add(new Credential(
                "a cookie for another site's picture",
                "",
                List.of("Cookie", "__Host-taskstream=" + all, "Sec-Fetch-Site", "cross-site"),
                403));
        if (endpoint.changesState()) {
            credentials.add(new Credential(
                    "a cookie without an origin", "", List.of("Cookie", "__Host-taskstream=" + all), 403));
        }
        credentials.addAll(refusedTickets(endpoint, task));
        return credentials;
    }

    private static List<Credential> refusedTickets(Endpoint endpoint, String task) {
        char separator = endpoint.path.contains("?") ? '&' : '?';
        List<Credential> credentials = new ArrayList<>();
        credentials.add(
                new Credential("another task's ticket", separator + "ticket=" + ticket("m-other"), List.of(), 401));
        credentials.add(new Credential("a made-up ticket", separator + "ticket=abc", List.of(), 401));
        credentials.add(new Credential("a spent ticket", separator + "ticket=" + spentTicket(task), List.of(), 401));
        credentials.add(new Credential(
                "another task's pass",
                "",
                List.of("Cookie", "__Secure-taskstream-stream=" + passOf("m-other-2"), "Origin", FRIEND),
                401));
        if (!endpoint.isStream() && !endpoint.path.contains("stream?")) {
            credentials.add(new Credential(
                    "a good ticket where it does not count", separator + "ticket=" + ticket(task), List.of(), 401));
        }
        return credentials;
    }

    private static String ticket(String task) {
        HttpResponse<String> answer = api.send("POST", "/tasks/" + task + "/tickets", null, "", bearer(all));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Api.json(answer).getInt("expiresIn")).isEqualTo(30);
        return Api.json(answer).getString("ticket");
    }

    private static String spentTicket(String task) {
        String ticket = ticket(task);
        assertThat(api.get("/tasks/" + task + "/stream?ticket=" + ticket).statusCode())
                .as("let in, but there is no such task")
                .isEqualTo(404);
        return ticket;
    }

    private static String passOf(String task) {
        String cookie = api.get("/tasks/" + task + "/stream?ticket=" + ticket(task))
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        return cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
    }

    private static JWTClaimsSet.Builder copy(JWTClaimsSet claims) {
        return new JWTClaimsSet.Builder(claims);
    }

    /** Another payload under the same signature. */
    private static String changed(String token) {
        String[] parts = token.split("\\.", -1);
        String payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace("\"admin\":false", "\"admin\":true ")
                .replace("\"iss\"", " \"iss\"");
        return parts[0] + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + "." + parts[2];
    }

    private static int call(Endpoint endpoint, Credential credential) {
        return Statuses.of(
                api.at(""),
                endpoint.method,
                endpoint.path + credential.query,
                endpoint.type,
                endpoint.body,
                credential.headers.toArray(String[]::new));
    }

    private static void assertNothingSecretIsLogged() {
        Await.until("all is logged", Duration.ofSeconds(60), () -> guarded.log().contains("drain begun"));
        String log = guarded.log();
        Map<String, Integer> audited = new LinkedHashMap<>();
        for (String line :
                log.lines().filter(each -> each.contains("{\"audit\":")).toList()) {
            var json = Json.createReader(
                            new StringReader(line.substring(line.indexOf("{\"audit\":"), line.lastIndexOf('}') + 1)))
                    .readObject();
            audited.merge(json.getString("audit"), 1, Integer::sum);
        }
        System.out.println("Audited: " + audited);
        assertThat(audited)
                .containsKeys(
                        "refused",
                        "ticket given",
                        "session opened",
                        "session ended",
                        "task deleted",
                        "task cancelled",
                        "drain begun");
        assertThat(audited.get("refused")).isGreaterThan(200);
        assertThat(log)
                .doesNotContain(all)
                .doesNotContain("ticket=")
                .doesNotContain("eyJ")
                .doesNotContain("static-");
    }
}
