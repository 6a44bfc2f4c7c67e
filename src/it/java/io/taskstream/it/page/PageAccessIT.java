package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.nimbusds.jwt.JWTClaimsSet;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.access.GuardedServer;
import io.taskstream.it.access.Issuer;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.TestCertificate;
import io.taskstream.it.wire.CuttingProxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A browser with a cookie or a ticket loses the network, and resumes. */
@MainlyOn("wildfly")
class PageAccessIT extends InBrowser {

    private static final List<String> ALL = List.of("*");

    private static GuardedServer guarded;

    @TempDir
    private Path directory;

    private final String publisher = guarded.issuer().sign(Issuer.claims("ci", ALL, ALL, false));
    private final JWTClaimsSet claims =
            Issuer.claims("reader", List.of(), ALL, false).build();
    private final String reader = guarded.issuer().sign(new JWTClaimsSet.Builder(claims));
    private final String task = guarded.createTask(publisher);

    PageAccessIT() {
        super(guarded.api());
    }

    @BeforeAll
    static void start() {
        guarded = new GuardedServer("page", "512m", Map.of());
    }

    @AfterAll
    static void stop() {
        guarded.close();
    }

    @Test
    void whoeverSignsInWatchesByCookieAndResumesUntilTheSessionIsEnded() {
        try (var way = new CuttingProxy(api.at(""))) {
            Page page = window();
            page.navigate(way.url() + "/");
            assertThat(page.getByTestId("list-error")).containsText("Please sign in");
            screenshot(page, "access-unknown");
            page.getByTestId("sign-in").click();
            page.getByTestId("sign-in-token").fill("not a token");
            page.getByTestId("sign-in-submit").click();
            assertThat(page.getByTestId("sign-in-error")).isVisible();
            screenshot(page, "access-sign-in");
            page.getByTestId("sign-in-token").fill(reader);
            page.getByTestId("sign-in-submit").click();
            assertThat(page.locator("[data-testid=task-row][data-id='" + task + "']"))
                    .isVisible();
            assertThat(page.getByTestId("sign-out")).isVisible();

            publish(1, 10);
            TaskPage view = watch(page, way.url(), task);
            assertThat(view.line(9)).isVisible();
            way.cut();
            view.awaitLight("reconnecting");
            publish(11, 30);
            view.awaitConnected();
            assertThat(view.line(29)).isVisible();
            assertThat(view.allLines()).isEqualTo(lines(1, 30));
            screenshot(page, "access-watching");

            endSession();
            view.awaitLight("refused");
            screenshot(page, "access-ended");
            page.reload();
            assertThat(page.getByTestId("sign-in")).isVisible();
        }
    }

    /** The cookie goes over that one connection only, so the page has to wait until the browser gives it up. */
    @Test
    void aSessionSurvivesANetworkThatSilentlyDropsItsHttp2Connection() {
        TestCertificate certificate = TestCertificate.in(directory);
        try (var nginx = Proxy.startNginxWithHttp2(api.at(""), certificate);
                var way = new CuttingProxy(nginx.url())) {
            URI server = URI.create("https://" + way.url().getAuthority());
            Page page = window(desktop().setIgnoreHTTPSErrors(true));
            page.navigate(server + "/");
            page.getByTestId("sign-in").click();
            page.getByTestId("sign-in-token").fill(reader);
            page.getByTestId("sign-in-submit").click();
            assertThat(page.getByTestId("sign-out")).isVisible();
            TaskPage view = watch(page, server, task);
            publish(1, 10);
            assertThat(view.line(9)).isVisible();

            way.swallow();
            long began = System.nanoTime();
            publish(11, 20);
            assertThat(view.line(19)).isVisible(new IsVisibleOptions().setTimeout(40_000));
            System.out.printf(
                    "Lines came back after %.1f s over HTTP/2 with a session%n", (System.nanoTime() - began) / 1e9);
            view.awaitConnected();
            assertThat(view.allLines()).isEqualTo(lines(1, 20));
        }
    }

    @Test
    void theCommandsForAShellWorkWithTheToken() throws Exception {
        Page page = window();
        page.navigate(api.at("/").toString());
        page.getByTestId("sign-in").click();
        page.getByTestId("sign-in-token").fill(publisher);
        page.getByTestId("sign-in-submit").click();
        assertThat(page.getByTestId("sign-out")).isVisible();
        TaskPage view = watch(page, task);
        String runner = view.part("run-line").textContent();
        screenshot(page, "access-commands");
        assertThat(view.part("done-line")).containsText("$TASKSTREAM_TOKEN");
        run(view.part("pipe-line").textContent().replaceFirst("^make", "echo compiled"));
        assertThat(view.line(0)).hasText("compiled");
        run(runner.replaceFirst("make$", "echo tested"));
        assertThat(view.line(1)).hasText("tested");
        view.awaitLight("ended");
    }

    private void run(String line) throws Exception {
        var shell =
                new ProcessBuilder("sh", "-c", line).directory(Path.of("target").toFile());
        shell.environment().put("TASKSTREAM_TOKEN", publisher);
        assertThat(shell.start().waitFor()).isZero();
    }

    /** A browser keeps no secure cookie, and would ask again. */
    @Test
    void overPlainHttpSigningInSaysThatItNeedsHttps() {
        Page page = window();
        page.route("http://taskstream.example/**", route -> {
            String path = route.request().url().substring("http://taskstream.example".length());
            route.fulfill(new Route.FulfillOptions()
                    .setResponse(route.fetch(
                            new Route.FetchOptions().setUrl(api.at(path).toString()))));
        });
        page.navigate("http://taskstream.example/");
        assertThat(page.getByTestId("list-error")).containsText("Please sign in");
        page.getByTestId("sign-in").click();
        assertThat(page.getByTestId("sign-in-error")).containsText("Signing in needs HTTPS");
        assertThat(page.getByTestId("sign-in-token")).hasCount(0);
        screenshot(page, "access-plain-http");
    }

    /** The script of an application: it gets a ticket with its token, and leaves the rest to EventSource. */
    @Test
    void anEventSourceWithATicketComesBackThoughTheTicketIsSpent() {
        try (var way = new CuttingProxy(api.at(""))) {
            Page page = window();
            page.navigate(way.url() + "/#/doctor");
            page.evaluate("""
                    async ([task, token]) => {
                      const answer = await fetch(`tasks/${task}/tickets`,
                          { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
                      const { ticket } = await answer.json();
                      globalThis.numbers = [];
                      globalThis.opened = 0;
                      const source = new EventSource(`tasks/${task}/stream?ticket=${ticket}`);
                      source.onopen = () => globalThis.opened++;
                      source.onmessage = (event) => globalThis.numbers.push(Number(event.data));
                    }
                    """, List.of(task, reader));
            guarded.publish(publisher, task, numbers(1, 5));
            awaitNumbers(page, 5);
            for (int cut = 1; cut <= 3; cut++) {
                way.cut();
                guarded.publish(publisher, task, numbers(5 * cut + 1, 5 * cut + 5));
                awaitNumbers(page, 5 * cut + 5);
            }
            assertThat(page.evaluate("numbers"))
                    .isEqualTo(IntStream.rangeClosed(1, 20).boxed().toList());
            assertThat(((Number) page.evaluate("opened")).intValue()).isGreaterThanOrEqualTo(4);

            endSession();
            int opened = ((Number) page.evaluate("opened")).intValue();
            guarded.publish(publisher, task, numbers(21, 25));
            page.waitForTimeout(5_000);
            assertThat(page.evaluate("numbers.length")).isEqualTo(20);
            assertThat(page.evaluate("opened")).isEqualTo(opened);
        }
    }

    private void publish(int first, int last) {
        String batch = IntStream.rangeClosed(first, last)
                .mapToObj(i -> "{\"type\":\"message_delta\",\"text\":\"line " + i + " of the build\\n\"}")
                .toList()
                .toString();
        guarded.publish(publisher, task, batch);
    }

    private static String numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList().toString();
    }

    private static void awaitNumbers(Page page, int count) {
        Await.until(
                count + " numbers",
                Duration.ofSeconds(30),
                () -> ((Number) page.evaluate("numbers.length")).intValue() >= count);
    }

    private void endSession() {
        String admin = guarded.issuer().sign(Issuer.claims("admin", List.of(), List.of(), true));
        int status = guarded.api()
                .send("DELETE", "/sessions/" + claims.getJWTID(), null, "", GuardedServer.bearer(admin))
                .statusCode();
        assertThat(status).isEqualTo(204);
    }
}
