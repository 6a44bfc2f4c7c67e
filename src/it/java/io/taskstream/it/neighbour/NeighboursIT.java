package io.taskstream.it.neighbour;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.server.TestCertificate;
import io.taskstream.it.wire.EventStreamParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sample application beside Taskstream, on one server, which it calls with a token and TLS. Each is deployed again while
 * the other works. A third application has configured wrongly what the server shares among them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NeighboursIT {

    /** So that more than {@link #KEPT_BY_SERVER} copies were deployed. {@code -Dredeploy.times=10} is the long form. */
    private static final int TIMES = Integer.getInteger("redeploy.times", 4);

    /**
     * The class loaders that may be left of an application however often it was deployed. JDK 17 keeps the last one whose
     * records were compared, an idle thread of WildFly that of its last request, and Payara those of open connections, of
     * threads that served an asynchronous request a minute ago, and of the application for which a thread of a pool began.
     */
    private static final int KEPT_BY_SERVER = 4;

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String OURS = "io.taskstream.app.Taskstream";
    private static final String THEIRS = "sample.Connection";
    private static final String CONTROL = "control.Control";
    private static final String TOKEN = "sample-token-of-forty-characters-and-more";

    @TempDir
    private static Path directory;

    private static Server server;
    private static Proxy proxy;
    private static URI root;
    private static HttpClient client;
    private static Path sample;

    @BeforeAll
    static void start() throws IOException {
        String name = System.getProperty("it.server");
        Path tokens = Files.writeString(
                directory.resolve("tokens.json"),
                "{\"tokens\":[{\"subject\":\"sample\",\"token\":\"" + TOKEN
                        + "\",\"publish\":[\"import-*\",\"report-*\"],\"watch\":[\"import-*\",\"report-*\"],\"admin\":false}]}");
        server = Server.create(
                name,
                ServerOptions.bare(Path.of("target", "it", name + "-neighbours"))
                        .with("taskstream.access", "tokens")
                        .with("taskstream.access.tokens-file", tokens.toString())
                        .with("taskstream.server.configured", "true")
                        .with("taskstream.drain.seconds", "1"));
        server.start();
        TestCertificate certificate = TestCertificate.in(directory);
        proxy = Proxy.startNginxWithHttp2(server.url(), certificate);
        root = URI.create("https://" + proxy.url().getAuthority());
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(certificate.trust())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        sample = Applications.sample(
                directory,
                Map.of(
                        "sample.taskstream", root.toString(),
                        "sample.token-file",
                                Files.writeString(directory.resolve("token"), TOKEN + "\n")
                                        .toString(),
                        "sample.trust-store", trustStore(certificate).toString()));
        // First, so that the server has its configuration when it loads the others.
        server.deploy(Applications.odd(directory));
        Await.until("the odd one answers", PATIENCE, () -> get("/odd/text").statusCode() == 200);
        deploy();
        server.deploy(sample);
        Await.until("the sample answers", PATIENCE, () -> get("/sample/").statusCode() == 200);
    }

    private static Path trustStore(TestCertificate certificate) {
        Path store = directory.resolve("trust.p12");
        Command.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-importcert",
                        "-noprompt",
                        "-file",
                        certificate.certificate().toString(),
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .run();
        return store;
    }

    private static void deploy() {
        server.deploy(Path.of(System.getProperty("it.war")));
        Await.until("Taskstream answers", PATIENCE, () -> get("/tasks").statusCode() == 401);
    }

    @AfterAll
    static void end() {
        proxy.close();
        server.close();
    }

    @Test
    @Order(1)
    void theProgressOfABatchJobArrives() {
        List<String> data = watch(post("/sample/work/import?rows=30"));
        assertThat(String.join("", data)).contains("imported [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]");
        assertThat(data).hasSize(4).last().isEqualTo("{\"type\":\"done\",\"status\":\"completed\"}");
    }

    @Test
    @Order(2)
    void aRestartOfTaskstreamInTheMiddleLosesNothing() {
        String job = post("/sample/work/import?rows=800");
        String report = post("/sample/work/report?lines=800");
        String unbroken = IntStream.rangeClosed(1, 800)
                .mapToObj(line -> "line " + line + "\\n")
                .collect(Collectors.joining());
        Await.until("both have begun", PATIENCE, () -> isBegun(job) && isBegun(report));
        server.undeploy("taskstream");
        deploy();
        assertThat(text(watch(report))).isEqualTo(unbroken);
        List<String> data = watch(job);
        assertThat(data).hasSize(81).last().isEqualTo("{\"type\":\"done\",\"status\":\"completed\"}");
        for (int chunk = 0; chunk < 80; chunk++) {
            assertThat(data.get(chunk)).contains("imported [" + (chunk * 10 + 1) + ", ");
        }
    }

    private static String text(List<String> data) {
        return data.stream()
                .filter(each -> each.contains("message_delta"))
                .map(each -> each.replaceAll("^\\{.*\"text\":\"(.*)\"}$", "$1"))
                .collect(Collectors.joining());
    }

    @Test
    @Order(3)
    void cancelStopsTheJob() {
        String job = post("/sample/work/import?rows=1000000");
        Await.until("it has begun", PATIENCE, () -> isBegun(job));
        post("/sample/work/" + job + "/cancel");
        assertThat(watch(job))
                .contains("{\"type\":\"cancel_requested\"}")
                .last()
                .isEqualTo("{\"type\":\"done\",\"status\":\"cancelled\"}");
    }

    @Test
    @Order(4)
    void itsPageWatchesThroughItsOwnContextRoot() {
        try (Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(Path.of(System.getProperty("it.chromium", "/usr/bin/chromium")))
                                .setArgs(List.of(
                                        "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic")))) {
            Page page = browser.newContext(new Browser.NewContextOptions().setIgnoreHTTPSErrors(true))
                    .newPage();
            page.navigate(root + "/sample/");
            page.locator("#start").click();
            PlaywrightAssertions.assertThat(page.locator("#output")).containsText("imported [11, 12", within());
            page.locator("#cancel").click();
            PlaywrightAssertions.assertThat(page.locator("#output")).containsText("done cancelled", within());
        }
    }

    private static LocatorAssertions.ContainsTextOptions within() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout((double) PATIENCE.toMillis());
    }

    @Test
    @Order(5)
    void deployingTaskstreamAgainLeavesNothingBehind() {
        // An earlier test was the first time.
        for (int i = 2; i <= TIMES; i++) {
            String report = post("/sample/work/report?lines=100");
            String job = post("/sample/work/import?rows=100");
            Await.until("both have begun", PATIENCE, () -> isBegun(job) && isBegun(report));
            server.undeploy("taskstream");
            deploy();
            watch(report);
            watch(job);
            printAtTimes(i, "Taskstream", OURS);
        }
        server.undeploy("taskstream");
        assertThat(get("/sample/").statusCode()).isEqualTo(200);
        useThreads("/sample/");
        Await.until("the server has let go of Taskstream", PATIENCE, () -> server.copies(OURS) <= KEPT_BY_SERVER);
        print("Taskstream undeployed", OURS);
        deploy();
    }

    @Test
    @Order(6)
    void deployingTheSampleAgainLeavesNothingBehind() {
        Path control = Applications.control(directory);
        deployAndUndeploy(control);
        for (int i = 1; i <= TIMES; i++) {
            server.undeploy("sample");
            assertThat(get("/tasks").statusCode()).isEqualTo(401);
            server.deploy(sample);
            Await.until("the sample answers", PATIENCE, () -> get("/sample/").statusCode() == 200);
            watch(post("/sample/work/report?lines=1"));
            watch(post("/sample/work/import?rows=10"));
            deployAndUndeploy(control);
            printAtTimes(i, "the sample", THEIRS, CONTROL);
        }
        server.undeploy("sample");
        useThreads("/odd/text");
        print("the sample undeployed", THEIRS, CONTROL);
        // Payara 6 does not end the executors that an application defines, the control's neither.
        Await.until(
                "the server has let go of the sample as of the control",
                PATIENCE,
                () -> server.copies(THEIRS) <= Math.max(KEPT_BY_SERVER, server.copies(CONTROL)));
    }

    private static void deployAndUndeploy(Path control) {
        server.deploy(control);
        Await.until(
                "the control answers", PATIENCE, () -> get("/control/").body().equals("done"));
        server.undeploy("control");
    }

    /** Not each time: to count takes longer than to deploy. */
    private static void printAtTimes(int i, String name, String... classes) {
        if (i % 5 == 0) {
            print("redeployment %d of %s".formatted(i, name), classes);
        }
    }

    private static void print(String when, String... classes) {
        System.out.printf(
                "%s: %s: %s, %d KiB live%n",
                System.getProperty("it.server"),
                when,
                Stream.of(classes)
                        .map(each -> server.copies(each) + " copies of " + each)
                        .collect(Collectors.joining(", ")),
                server.liveHeap() >> 10);
    }

    /** Gives the server's threads another request to remember. */
    private static void useThreads(String path) {
        HttpRequest request = HttpRequest.newBuilder(root.resolve(path)).build();
        Stream.generate(() -> client.sendAsync(request, BodyHandlers.discarding()))
                .limit(200)
                .toList()
                .forEach(CompletableFuture::join);
    }

    private static boolean isBegun(String task) {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(root.resolve("/tasks/" + task + "/events"))
                .header("Authorization", "Bearer " + TOKEN));
        return answer.statusCode() == 200 && answer.body().contains("message_delta");
    }

    /** The data of all events of the task, once it is done. */
    private static List<String> watch(String task) {
        var data = new Object() {
            List<String> events = List.of();
        };
        Await.until(task + " is done", PATIENCE, () -> {
            // While Taskstream is not deployed, the sample gets no ticket.
            HttpResponse<String> answer = get("/sample/streams/" + task);
            if (answer.statusCode() == 200) {
                data.events = EventStreamParser.parse(answer.body()).stream()
                        .filter(EventStreamParser.Event::isMessage)
                        .map(EventStreamParser.Event::data)
                        .toList();
            }
            return answer.body().contains("\"type\":\"done\"");
        });
        return data.events;
    }

    private static HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(root.resolve(path)));
    }

    private static String post(String path) {
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(root.resolve(path)).POST(BodyPublishers.noBody()));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
        return answer.body();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
