package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.CuttingProxy;
import io.taskstream.it.wire.RawViewer;
import io.taskstream.it.wire.RunnerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A second copy of the WAR on the same server, at another context root: directly, and behind nginx with a prefix. */
class ContextRootIT extends InBrowser {

    private static final String ROOT = "/some/where";
    private static final String TOKEN = "a-token-of-the-second-copy";
    private static final String[] BEARER = {"Authorization", "Bearer " + TOKEN};

    /** How a client reaches the copy: nginx replaces the context root by another prefix, or removes it. */
    private static final String BY_PREFIX = "/api/v1";

    private static final String BY_SLASH = "";

    private static Proxy byPrefix;
    private static Proxy bySlash;
    private static URI copy;

    @BeforeAll
    static void deploy() throws IOException {
        URI server = ServerUnderTest.get().url();
        Path files = Files.createTempDirectory(Path.of("target"), "copy-").toAbsolutePath();
        Path tokens = Files.writeString(
                files.resolve("tokens.json"),
                "{\"tokens\":[{\"subject\":\"ci\",\"token\":\"" + TOKEN
                        + "\",\"publish\":[\"*\"],\"watch\":[\"*\"],\"admin\":true}]}");
        ServerUnderTest.get()
                .deployCopy(
                        Path.of(System.getProperty("it.war")),
                        "copy",
                        ROOT,
                        Map.of(
                                "taskstream.access",
                                "tokens",
                                "taskstream.access.tokens-file",
                                tokens.toString(),
                                "taskstream.access.proxies",
                                "127.0.0.1",
                                "taskstream.log.directory",
                                files.resolve("log").toString()));
        copy = server.resolve(ROOT);
        byPrefix = Proxy.startNginxAt(BY_PREFIX, copy);
        bySlash = Proxy.startNginxAt(BY_SLASH, copy);
        Api api = new Api(copy);
        Await.until(
                "the copy is ready",
                Duration.ofMinutes(1),
                () -> api.get("/health/ready").statusCode() == 200);
    }

    @AfterAll
    static void undeploy() {
        byPrefix.close();
        bySlash.close();
        ServerUnderTest.get().undeploy("copy");
        assertThat(Api.underTest().get("/health/ready").statusCode()).isEqualTo(200);
    }

    private static URI address(String root) {
        return switch (root) {
            case ROOT -> copy;
            case BY_PREFIX -> byPrefix.url().resolve(BY_PREFIX);
            default -> bySlash.url();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {ROOT, BY_PREFIX, BY_SLASH})
    void everyPathInAnAnswerIsTheClients(String root) {
        var there = new Api(address(root));
        HttpResponse<String> made = there.send("POST", "/tasks", null, "", BEARER);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String task = Api.json(made).getString("id");
        assertThat(made.headers().firstValue("Location")).hasValue(root + "/tasks/" + task);
        assertThat(there.send("PUT", "/tasks/it-" + UUID.randomUUID(), null, "", BEARER)
                        .headers()
                        .firstValue("Location")
                        .orElseThrow())
                .startsWith(root + "/tasks/it-");

        String session = root.isEmpty() ? "__Host-taskstream" : "__Secure-taskstream" + root.replace('/', '.');
        String path = "; Path=" + (root.isEmpty() ? "/" : root) + "; ";
        assertThat(cookie(there.send("POST", "/session", null, "", BEARER))).startsWith(session + "=" + TOKEN + path);
        assertThat(there.get("/tasks", "Cookie", session + "=" + TOKEN).statusCode())
                .isEqualTo(200);
        assertThat(there.get("/tasks", "Cookie", "__Secure-taskstream.some=" + TOKEN)
                        .statusCode())
                .isEqualTo(401);
        assertThat(cookie(there.send("DELETE", "/session", null, "", BEARER))).startsWith(session + "=" + path);

        String ticket = Api.json(there.send("POST", "/tasks/" + task + "/tickets", null, "", BEARER))
                .getString("ticket");
        String stream = "/tasks/" + task + "/stream";
        try (var viewer = RawViewer.open(there.at(""), stream + "?ticket=" + ticket)) {
            assertThat(viewer.head().code()).isEqualTo(200);
            assertThat(viewer.head().fields().get("set-cookie")).contains("; Path=" + root + stream + "; ");
        }

        assertThat(there.get("/openapi.yaml").body())
                .contains("servers:\n  - url: " + (root.isEmpty() ? "/" : root) + "\n", "name: " + session + "\n");
        assertThat(there.get("/asyncapi.yaml").body()).contains("address: " + root + "/tasks/{id}/stream\n");
        assertThat(there.get("/nothing/here", BEARER).statusCode()).isEqualTo(404);
        assertThat(there.get("/tasks").statusCode()).isEqualTo(401);
        assertThat(there.get("/metrics", BEARER).body()).contains("taskstream_viewers");
    }

    private static String cookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {ROOT, BY_PREFIX, BY_SLASH})
    void theRunnerIsFetchedAndPublishesThere(String root, @TempDir Path directory) {
        var there = new Api(address(root));
        String task = "it-" + UUID.randomUUID();
        List<String> options =
                List.of("--token", TOKEN, there.at("/tasks/" + task).toString());
        try (var runner = RunnerProcess.start(there.at(""), directory, options, List.of("echo", "built"))) {
            assertThat(runner.await(Duration.ofMinutes(1)))
                    .as(runner.messages())
                    .isZero();
        }
        assertThat(there.get("/tasks/" + task, BEARER).body()).contains("\"completed\"");
        assertThat(there.get("/tasks/" + task + "/events", BEARER).body()).contains("built\\n");
    }

    @Test
    void aPrefixIsBelievedFromAProxyOnlyAndIsAPath() {
        var direct = new Api(copy);
        for (String wrong : List.of("//evil.example", "https://evil.example", "/a/../b", "a", "/a, /b")) {
            assertThat(locationOf(direct, "X-Forwarded-Prefix", wrong))
                    .as(wrong)
                    .startsWith(ROOT + "/tasks/");
        }
        assertThat(locationOf(direct, "X-Forwarded-Prefix", "/believed")).startsWith("/believed/tasks/");
        // nginx replaces the client's.
        assertThat(locationOf(new Api(address(BY_PREFIX)), "X-Forwarded-Prefix", "/forged"))
                .startsWith(BY_PREFIX + "/tasks/");
        // The other copy has no proxies.
        assertThat(locationOf(api, "X-Forwarded-Prefix", "/forged")).startsWith("/tasks/");
    }

    private static String locationOf(Api there, String name, String value) {
        HttpResponse<String> made = there.send("POST", "/tasks", null, "", BEARER[0], BEARER[1], name, value);
        return made.headers().firstValue("Location").orElseThrow();
    }

    @Test
    void withoutTheLastSlashItIsARedirectToThePage() {
        HttpResponse<String> answer = new Api(copy).get("");
        assertThat(answer.statusCode()).isIn(301, 302, 307, 308);
        URI there = copy.resolve(answer.headers().firstValue("Location").orElseThrow());
        assertThat(there.getPath()).isEqualTo(ROOT + "/");
        assertThat(new Api(there).get("").body()).contains("page/app.js");
    }

    /** What EventSource does when it comes back is the browser's own: it sends the cookies of that path. */
    @ParameterizedTest
    @ValueSource(strings = {ROOT, BY_PREFIX})
    void thePageSignsInWatchesAndComesBack(String root) {
        var there = new Api(address(root));
        String task = Api.json(there.send("POST", "/tasks", null, "", BEARER)).getString("id");
        try (var way = new CuttingProxy(there.at(""))) {
            URI base = way.url().resolve(root);
            Page page = window();
            page.navigate(base + "/");
            page.getByTestId("sign-in").click();
            page.getByTestId("sign-in-token").fill(TOKEN);
            page.getByTestId("sign-in-submit").click();
            assertThat(page.locator("[data-testid=task-row][data-id='" + task + "']"))
                    .isVisible();
            assertThat(page.context().cookies("https://127.0.0.1" + root + "/tasks").stream()
                            .map((Cookie each) -> each.path))
                    .containsExactly(root);
            assertThat(page.context().cookies("https://127.0.0.1/tasks")).isEmpty();

            publish(there, task, "first");
            TaskPage view = watch(page, base, task);
            assertThat(view.line(0)).hasText("first");
            way.cut();
            publish(there, task, "second");
            assertThat(view.line(1)).hasText("second");
            assertThat(page.locator("a.brand")).hasAttribute("href", "#/");
            page.getByTestId("sign-out").click();
            assertThat(page.getByTestId("sign-in")).isVisible();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ROOT, BY_PREFIX})
    void anEventSourceWithATicketComesBack(String root) {
        var there = new Api(address(root));
        String task = Api.json(there.send("POST", "/tasks", null, "", BEARER)).getString("id");
        try (var way = new CuttingProxy(there.at(""))) {
            Page page = window();
            page.navigate(way.url().resolve(root) + "/#/doctor");
            page.evaluate("""
                    async ([task, token]) => {
                      const answer = await fetch(`tasks/${task}/tickets`,
                          { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
                      const { ticket } = await answer.json();
                      globalThis.texts = [];
                      const source = new EventSource(`tasks/${task}/stream?ticket=${ticket}`);
                      source.onmessage = (event) => globalThis.texts.push(JSON.parse(event.data).text);
                    }
                    """, List.of(task, TOKEN));
            publish(there, task, "first");
            page.waitForFunction("() => texts.length === 1");
            way.cut();
            publish(there, task, "second");
            page.waitForFunction("() => texts.length === 2");
        }
    }

    private static void publish(Api there, String task, String text) {
        HttpResponse<String> answer =
                there.send("POST", "/tasks/" + task + "/events", "text/plain", text + "\n", BEARER);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void twoCopiesOnOneServerDoNotMeet() {
        var other = new Api(copy);
        String task = api.createTask();
        assertThat(other.get("/tasks/" + task, BEARER).statusCode()).isEqualTo(404);
        String others = Api.json(other.send("POST", "/tasks", null, "", BEARER)).getString("id");
        assertThat(api.get("/tasks/" + others).statusCode()).isEqualTo(404);
        assertThat(api.get("/tasks").statusCode()).as("it is open").isEqualTo(200);
        assertThat(other.get("/tasks").statusCode()).as("it asks for tokens").isEqualTo(401);
        assertThat(api.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(other.get("/health/ready").statusCode()).isEqualTo(200);

        if (System.getProperty("it.server").equals("payara")) {
            // Payara answers for all that it has deployed.
            assertThat(api.get("/health/ready").body())
                    .contains("\"taskstream ready\"", "\"taskstream ready " + ROOT + "\"");
        }

        double before = viewers(api);
        try (var viewer = RawViewer.open(copy, "/tasks/" + others + "/stream", BEARER)) {
            viewer.next();
            assertThat(viewers(other)).isEqualTo(1);
            assertThat(viewers(api)).isLessThan(before + 1);
        }
    }

    private static double viewers(Api there) {
        return there.get("/metrics", BEARER)
                .body()
                .lines()
                .filter(line -> line.startsWith("taskstream_viewers "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
