package io.taskstream.it.access;

import static io.taskstream.it.access.GuardedServer.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.wire.HalfBodies;
import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests without permission, and open streams and publishing requests whose permissions end. */
class GuardedStreamsIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final List<String> ALL = List.of("*");
    private static final List<String> NONE = List.of();

    /** An entry of the file of static tokens. */
    private static final String IN_FILE = "{\"subject\":\"%1$s\",\"token\":\"%1$s-0123456789\",\"watch\":[\"*\"]}";

    private static Path tokens;
    private static GuardedServer guarded;
    private static URI server;
    private static Issuer issuer;
    private static String admin;
    private static String publisher;

    @BeforeAll
    static void start() throws IOException {
        tokens = Path.of("target", "it", "streams-" + System.getProperty("it.server") + "-tokens.json")
                .toAbsolutePath();
        Files.createDirectories(tokens.getParent());
        Files.writeString(
                tokens, "{\"tokens\":[" + IN_FILE.formatted("leaving") + "," + IN_FILE.formatted("staying") + "]}");
        guarded = new GuardedServer("streams", "512m", Map.of("taskstream.access.tokens-file", tokens.toString()));
        server = guarded.api().at("");
        issuer = guarded.issuer();
        admin = issuer.sign(Issuer.claims("admin", NONE, NONE, true));
        publisher = issuer.sign(Issuer.claims("publisher", ALL, ALL, false));
    }

    @AfterAll
    static void stop() {
        guarded.close();
    }

    @Test
    void halfOfABodyWithoutATokenHoldsNoThread() throws IOException {
        try (var halves =
                new HalfBodies(guarded.server().url(), "POST /tasks", "Content-Type: application/json\r\n", "")) {
            assertThat(halves.answers()).containsOnly(401);
            assertThat(guarded.api().get("/health").statusCode()).isEqualTo(200);
        }
    }

    /** It shows no data, and is fetched before there is a token. */
    @Test
    void theRunnerIsServedWithoutAToken() {
        assertThat(guarded.api().get("/taskstream-run.jar").statusCode()).isEqualTo(200);
        assertThat(guarded.api().get("/taskstream-run.jar/tasks").statusCode()).isEqualTo(401);
    }

    @Test
    void thePathsOfErrorsNeedATokenLikeAnyOther() {
        for (String path : List.of("/error", "/error/cookie", "/no/such/path")) {
            assertThat(guarded.api().get(path).statusCode()).as(path).isEqualTo(401);
        }
    }

    @Test
    void aStreamEndsWithItsTokenAndSaysSo() {
        String task = guarded.createTask(publisher);
        String token =
                issuer.sign(viewer().expirationTime(Date.from(Instant.now().plusSeconds(4))));
        try (var viewer = RawViewer.open(server, "/tasks/" + task + "/stream", bearer(token))) {
            assertThat(viewer.next()).startsWith("retry: ");
            guarded.publish(publisher, task, "1");
            assertThat(viewer.next(SOON).text()).endsWith("data: 1\n");
            assertThat(last(viewer)).isEqualTo(": access expired\n");
        }
        assertThat(status(task, token)).isEqualTo(401);
    }

    @Test
    void aStreamEndsWhenItsSessionIsEndedAndTheTokenIsGoodForNothing() throws IOException {
        String task = guarded.createTask(publisher);
        JWTClaimsSet claims = viewer().build();
        String token = issuer.sign(new JWTClaimsSet.Builder(claims));
        String other = issuer.sign(viewer());
        try (var viewer = RawViewer.open(server, "/tasks/" + task + "/stream", bearer(token));
                var unharmed = RawViewer.open(server, "/tasks/" + task + "/stream", bearer(other))) {
            assertThat(viewer.next()).startsWith("retry: ");
            assertThat(unharmed.next()).startsWith("retry: ");
            endSession(claims.getJWTID());
            assertThat(last(viewer)).isEqualTo(": access withdrawn\n");
            guarded.publish(publisher, task, "1");
            assertThat(unharmed.next(SOON).text()).endsWith("data: 1\n");
        }
        assertThat(status(task, token)).isEqualTo(401);
        assertThat(status(task, other)).isEqualTo(200);
    }

    @Test
    void aStreamEndsWhenItsStaticTokenIsTakenOutOfTheFile() throws IOException {
        String task = guarded.createTask(publisher);
        try (var leaving = RawViewer.open(server, "/tasks/" + task + "/stream", bearer("leaving-0123456789"));
                var staying = RawViewer.open(server, "/tasks/" + task + "/stream", bearer("staying-0123456789"))) {
            assertThat(leaving.next()).startsWith("retry: ");
            assertThat(staying.next()).startsWith("retry: ");
            Files.writeString(tokens, "{\"tokens\":[" + IN_FILE.formatted("staying") + "]}");
            assertThat(last(leaving)).isEqualTo(": access withdrawn\n");
            guarded.publish(publisher, task, "1");
            assertThat(staying.next(SOON).text()).endsWith("data: 1\n");
        }
        assertThat(status(task, "leaving-0123456789")).isEqualTo(401);
    }

    @Test
    void aTicketOpensNoStreamAfterItsTokenHasExpired() {
        String task = guarded.createTask(publisher);
        Instant expiry = Instant.now().plusSeconds(3);
        String ticket = ticket(task, issuer.sign(viewer().expirationTime(Date.from(expiry))));
        Await.until("the token has expired", SOON, () -> Instant.now().isAfter(expiry));

        assertThat(Statuses.of(server, "GET", "/tasks/" + task + "/stream?ticket=" + ticket, null, ""))
                .isEqualTo(401);
    }

    @Test
    void aTokenWithoutAnIdThatWasRevokedDoesNotComeBackRespelled() throws IOException {
        String task = guarded.createTask(publisher);
        String token = issuer.sign(viewer().jwtID(null));
        endSession(Api.json(guarded.api().send("POST", "/session", null, "", bearer(token)))
                .getString("session"));

        assertThat(status(task, token)).isEqualTo(401);
        assertThat(status(task, token + "=")).isEqualTo(401);
        assertThat(status(task, token.replaceFirst("[.]", "=."))).isEqualTo(401);
        assertThat(status(task, token.replace('-', '+').replace('_', '/'))).isEqualTo(401);
    }

    @Test
    void aStaticTokenThatReplacesOneWhoseSessionWasEndedIsGood() throws IOException {
        String task = guarded.createTask(publisher);
        String others = "{\"tokens\":[" + IN_FILE.formatted("leaving") + "," + IN_FILE.formatted("staying") + ",%s]}";
        Files.writeString(tokens, others.formatted(IN_FILE.formatted("rotated")));
        Await.until("the file is read", SOON, () -> status(task, "rotated-0123456789") == 200);
        endSession("rotated");
        assertThat(status(task, "rotated-0123456789")).isEqualTo(401);

        Files.writeString(tokens, others.formatted(IN_FILE.formatted("rotated").replace("0123456789", "9876543210")));
        Await.until("the file is read again", SOON, () -> status(task, "rotated-9876543210") == 200);
        assertThat(status(task, "rotated-0123456789")).isEqualTo(401);
    }

    @Test
    void whoSignsOutTakesTheirTicketsAndStreamsAlong() {
        String task = guarded.createTask(publisher);
        String token = issuer.sign(viewer());
        String path = "/tasks/" + task + "/stream?ticket=";
        String[] cookie = {"Cookie", "__Host-taskstream=" + token, "Origin", server.toString()};
        String spent = ticket(task, token);
        String unspent = ticket(task, token);
        try (var viewer = RawViewer.open(server, path + spent)) {
            assertThat(viewer.next()).startsWith("retry: ");
            assertThat(guarded.api()
                            .send("DELETE", "/session", null, "", cookie)
                            .statusCode())
                    .isEqualTo(204);
            assertThat(last(viewer)).isEqualTo(": access withdrawn\n");
        }
        assertThat(Statuses.of(server, "GET", path + unspent, null, "")).isEqualTo(401);
        assertThat(status(task, token)).as("the token is as good as it was").isEqualTo(200);
    }

    @Test
    void aTicketForEachTaskOpensTheirStreamAndItsPassResumesIt() {
        String a = guarded.createTask(publisher);
        String b = guarded.createTask(publisher);
        String token = issuer.sign(viewer());
        String tasks = "/stream?task=" + a + "&task=" + b;
        String path = tasks + "&ticket=" + ticket(a, token) + "&ticket=" + ticket(b, token);
        String pass;
        String position;
        try (var viewer = RawViewer.open(server, path)) {
            assertThat(viewer.next()).startsWith("retry: ");
            position = viewer.next().substring("id: ".length()).strip();
            String cookie = viewer.head().fields().get("set-cookie");
            assertThat(cookie).contains("; Path=" + server.getPath() + "/stream;");
            pass = cookie.substring(0, cookie.indexOf(';'));
        }
        assertThat(Statuses.of(server, "GET", path, null, ""))
                .as("the tickets are spent")
                .isEqualTo(401);
        guarded.publish(publisher, b, "1");
        String[] again = {"Cookie", pass, "Last-Event-ID", position};
        try (var viewer = RawViewer.open(server, path, again)) {
            assertThat(viewer.next()).startsWith("retry: ");
            assertThat(viewer.next(SOON).text()).startsWith("data: {\"task\":\"" + b + "\"");
        }
        String c = guarded.createTask(publisher);
        assertThat(Statuses.of(server, "GET", path + "&task=" + c, null, "", again))
                .isEqualTo(401);
        assertThat(Statuses.of(server, "GET", "/stream?label=a:b", null, "", again))
                .isEqualTo(401);
        assertThat(Statuses.of(server, "GET", tasks + "&ticket=" + ticket(a, token), null, ""))
                .as("a ticket is missing")
                .isEqualTo(401);
    }

    @Test
    void ofTasksThatMayNotBeWatchedNothingIsSeen() {
        String id = "only-" + UUID.randomUUID();
        String label = "{\"id\":\"%s\",\"labels\":{\"id\":\"" + id + "\"}}";
        for (String task : List.of("open-" + id, "secret-" + id)) {
            assertThat(guarded.api()
                            .post("/tasks", "application/json", label.formatted(task), bearer(publisher))
                            .statusCode())
                    .isEqualTo(201);
            guarded.publish(publisher, task, "1");
        }
        String token = issuer.sign(Issuer.claims("mine", NONE, List.of("open-*"), false)
                .expirationTime(Date.from(Instant.now().plusSeconds(8))));
        try (var viewer = RawViewer.open(server, "/stream?label=id:" + id, bearer(token))) {
            assertThat(last(viewer)).isEqualTo(": access expired\n");
            assertThat(viewer.body()).contains("open-" + id).doesNotContain("secret-" + id);
        }
        String other = issuer.sign(Issuer.claims("mine", NONE, List.of("open-*"), false));
        for (String secret : List.of("secret-" + id, "secret-that-is-not-there")) {
            assertThat(Statuses.of(
                            server, "GET", "/stream?task=open-" + id + "&task=" + secret, null, "", bearer(other)))
                    .isEqualTo(403);
        }
    }

    private static String ticket(String task, String token) {
        return Api.json(guarded.api().send("POST", "/tasks/" + task + "/tickets", null, "", bearer(token)))
                .getString("ticket");
    }

    @Test
    void aPublisherIsStoppedAtTheNextLineAndTheLinesBeforeAreKept() throws IOException {
        String task = guarded.createTask(publisher);
        JWTClaimsSet claims =
                Issuer.claims("producer", List.of(task), NONE, false).build();
        String token = issuer.sign(new JWTClaimsSet.Builder(claims));
        try (var lines = new RawPublisher(server, task, "text/plain", bearer(token));
                var viewer = RawViewer.open(server, "/tasks/" + task + "/stream", bearer(publisher))) {
            assertThat(viewer.next()).startsWith("retry: ");
            lines.send("before\n");
            assertThat(viewer.next(SOON).text()).contains("before");
            endSession(claims.getJWTID());
            lines.send("after\n");
            assertThat(lines.answer()).contains(" 401").contains("\"count\":1");
        }
        HttpResponse<String> history = guarded.api().get("/tasks/" + task + "/events", bearer(publisher));
        assertThat(history.body()).contains("before").doesNotContain("after");
    }

    @Test
    void anIdempotencyKeyCountsForItsSubjectOnly() {
        String task = guarded.createTask(publisher);
        String other = issuer.sign(Issuer.claims("other", ALL, ALL, false));
        for (String token : List.of(publisher, other, publisher, other)) {
            assertThat(guarded.api()
                            .post(
                                    "/tasks/" + task + "/events",
                                    "application/json",
                                    token.equals(other) ? "\"other\"" : "\"first\"",
                                    "Authorization",
                                    "Bearer " + token,
                                    "Idempotency-Key",
                                    "step")
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(guarded.api()
                        .get("/tasks/" + task + "/events", bearer(publisher))
                        .body())
                .containsOnlyOnce("\"first\"")
                .containsOnlyOnce("\"other\"");
    }

    @Test
    void aLastEventIdOfAnotherTaskTellsNoMoreThanAMadeUpOne() {
        String secret = guarded.createTask(publisher);
        String secretId = guarded.publish(publisher, secret, "[\"a\",\"b\",\"c\"]");
        String task = guarded.createTask(publisher);
        guarded.publish(publisher, task, "{\"type\":\"done\"}");
        String token = issuer.sign(Issuer.claims("viewer", NONE, List.of(task), false));
        assertThat(body(task, token, secretId))
                .isEqualTo(body(task, token, "01234567-3"))
                .doesNotContain(secret);
    }

    @Test
    void aTaskThatIsNotThereLooksLikeOneThatMayNotBeSeen() {
        String task = guarded.createTask(publisher);
        String token = issuer.sign(Issuer.claims("viewer", NONE, List.of("mine-*"), false));
        HttpResponse<String> there = guarded.api().get("/tasks/" + task, bearer(token));
        HttpResponse<String> notThere = guarded.api().get("/tasks/" + task + "x", bearer(token));
        assertThat(there.statusCode()).isEqualTo(403).isEqualTo(notThere.statusCode());
        assertThat(there.body()).isEqualTo(notThere.body());
        assertThat(Api.json(guarded.api().get("/tasks?limit=1000", bearer(token)))
                        .getJsonArray("tasks"))
                .isEmpty();
    }

    @Test
    void onlyFriendlyOriginsMayReadAnswers() {
        HttpResponse<String> friend = preflight(GuardedServer.FRIEND);
        assertThat(friend.statusCode()).isEqualTo(204);
        assertThat(friend.headers().firstValue("Access-Control-Allow-Origin")).contains(GuardedServer.FRIEND);
        assertThat(friend.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
                .contains("Authorization", "Last-Event-ID");
        assertThat(friend.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
        assertThat(preflight("https://evil.example").headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    @Test
    void noSpellingOfAPathLeadsPastThePermissions() {
        new PathTricks(guarded, publisher).assertHarmless();
    }

    /** The last frame before the stream's end. */
    private static String last(RawViewer viewer) {
        List<RawViewer.Frame> rest = viewer.rest(SOON);
        assertThat(rest).isNotEmpty();
        return rest.get(rest.size() - 1).text();
    }

    private static HttpResponse<String> preflight(String origin) {
        return guarded.api()
                .send("OPTIONS", "/tasks", null, "", "Origin", origin, "Access-Control-Request-Method", "POST");
    }

    private static JWTClaimsSet.Builder viewer() {
        return Issuer.claims("viewer", NONE, ALL, false);
    }

    private static void endSession(String id) {
        assertThat(guarded.api()
                        .send("DELETE", "/sessions/" + id, null, "", bearer(admin))
                        .statusCode())
                .isEqualTo(204);
    }

    private static int status(String task, String token) {
        return Statuses.of(server, "GET", "/tasks/" + task + "/stream", null, "", bearer(token));
    }

    private static String body(String task, String token, String lastEventId) {
        return guarded.api()
                .get("/tasks/" + task + "/stream", "Authorization", "Bearer " + token, "Last-Event-ID", lastEventId)
                .body()
                .replaceFirst("retry: \\d+", "")
                .replace(lastEventId, "what was asked for");
    }
}
