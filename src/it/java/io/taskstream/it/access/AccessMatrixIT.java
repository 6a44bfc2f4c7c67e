package io.taskstream.it.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.taskstream.it.Api;
import jakarta.json.Json;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every endpoint, tried with everything that must not let in, and with what must. */
@Tag("once")
class AccessMatrixIT {

    private static final List<String> NONE = List.of();

    private static GuardedServer guarded;
    private static Api api;
    private static Issuer issuer;

    /** A token that may do everything. */
    private static String all;

    @BeforeAll
    static void start() {
        guarded = new GuardedServer("matrix", "512m", Map.of());
        api = guarded.api();
        issuer = guarded.issuer();
        all = issuer.sign(Issuer.claims("root", List.of("*"), List.of("*"), true));
    }

    @AfterAll
    static void stop() {
        guarded.close();
    }

    /**
     * A call.
     *
     * @param needs the rights of a token that is just enough, as publish, watch and admin
     * @param good what it answers to who has them
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

    /** One way to show who one is, and what must be answered to it. */
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
                new Endpoint("GET", "/tasks/" + task + "/stream?heartbeat=1", null, "", viewer, 200),
                new Endpoint("HEAD", "/tasks/" + task + "/stream", null, "", viewer, 200),
                new Endpoint("POST", "/tasks/" + task + "/tickets", null, "", viewer, 200),
                new Endpoint("POST", "/tasks/" + task + "/cancel", null, "", admin, 202),
                new Endpoint("DELETE", "/tasks/" + task, null, "", admin, 204),
                new Endpoint("POST", "/session", null, "", Issuer.claims("n", NONE, NONE, false), 200),
                new Endpoint("DELETE", "/session", null, "", Issuer.claims("n", NONE, NONE, false), 204),
                new Endpoint("DELETE", "/sessions/nobody", null, "", admin, 204),
                new Endpoint("GET", "/metrics", null, "", admin, 200),
                new Endpoint("GET", "/admin/drain", null, "", admin, 200),
                // Last, for it takes the server down.
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
                int status = call(endpoint, credential);
                cells++;
                if (status != credential.expected) {
                    wrong.add(endpoint.method + " " + endpoint.path + " with " + credential.name + ": " + status
                            + " instead of " + credential.expected);
                }
            }
        }
        assertThat(api.get("/tasks/" + task, "Authorization", "Bearer " + all).statusCode())
                .as("nothing was made by who may not")
                .isEqualTo(404);
        for (Endpoint endpoint : endpoints) {
            int status = call(endpoint, Credential.bearer("enough", issuer.sign(endpoint.needs), endpoint.good));
            cells++;
            if (status != endpoint.good) {
                wrong.add(endpoint.method + " " + endpoint.path + " with just enough: " + status);
            }
        }
        System.out.printf(
                "Access matrix on %s: %d endpoints, %d cells, %d wrong%n",
                System.getProperty("it.server"), endpoints.size(), cells, wrong.size());
        assertThat(wrong).isEmpty();
        assertNothingSecretIsLogged();
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
        credentials.add(Credential.bearer("a wrong key", new Issuer().sign(copy(claims)), 401));
        credentials.add(
                Credential.bearer("a wrong audience", issuer.sign(copy(claims).audience("elsewhere")), 401));
        credentials.add(
                Credential.bearer("a wrong issuer", issuer.sign(copy(claims).issuer("https://evil.example")), 401));
        credentials.add(Credential.bearer("a wrong algorithm", issuer.signWithPublicKeyAsSecret(copy(claims)), 401));
        credentials.add(Credential.bearer("no algorithm", unsigned(claims), 401));
        credentials.add(Credential.bearer("a changed token", changed(issuer.sign(copy(claims))), 401));
        if (endpoint.needs.build().getSubject().equals("n")) {
            // Whoever is known may do this.
            credentials.add(Credential.bearer(
                    "a token without rights claim", issuer.sign(copy(claims).claim("taskstream", null)), 401));
        } else {
            credentials.add(Credential.bearer(
                    "the right for another task",
                    issuer.sign(Issuer.claims("x", List.of("other-*", "m"), List.of("other-*", task + "x"), false)),
                    403));
            credentials.add(
                    Credential.bearer("no right at all", issuer.sign(Issuer.claims("x", NONE, NONE, false)), 403));
        }
        String forged = "__Host-taskstream=" + new Issuer().sign(copy(claims));
        credentials.add(
                new Credential("a forged cookie", "", List.of("Cookie", forged, "Origin", GuardedServer.FRIEND), 401));
        credentials.add(new Credential(
                "a cookie from another origin",
                "",
                List.of("Cookie", "__Host-taskstream=" + all, "Origin", "https://evil.example"),
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
                List.of("Cookie", "__Secure-taskstream-stream=" + passOf("m-other-2"), "Origin", GuardedServer.FRIEND),
                401));
        if (!endpoint.isStream() && !endpoint.path.contains("stream?")) {
            credentials.add(new Credential(
                    "a good ticket where it does not count", separator + "ticket=" + ticket(task), List.of(), 401));
        }
        return credentials;
    }

    private static String ticket(String task) {
        HttpResponse<String> answer =
                api.send("POST", "/tasks/" + task + "/tickets", null, "", "Authorization", "Bearer " + all);
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

    private static String unsigned(JWTClaimsSet claims) {
        return new PlainJWT(claims).serialize();
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
        String path = endpoint.path + credential.query;
        return Statuses.of(
                api.at(""),
                endpoint.method,
                path,
                endpoint.type,
                endpoint.body,
                credential.headers.toArray(String[]::new));
    }

    private static void assertNothingSecretIsLogged() {
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
        assertThat(audited).containsKeys("refused", "ticket given", "session opened", "session ended", "task deleted");
        assertThat(audited.get("refused")).isGreaterThan(200);
        assertThat(log).doesNotContain(all).doesNotContain("ticket=").doesNotContain("eyJ");
    }
}
