package io.taskstream.it.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import io.taskstream.it.Api;
import io.taskstream.it.OnServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * Tests of the page in a real Chromium at {@code it.chromium}. Each test has its own profile, and
 * fails if one of the page's scripts fails or violates the page's security policy.
 */
@Tag("page")
abstract class InBrowser extends OnServer {

    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-smooth-scrolling",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private static final int PATIENCE_MILLIS = 60_000;

    private static Playwright playwright;
    private static Browser browser;

    final Api api;
    private final List<String> failures = new ArrayList<>();
    private final List<BrowserContext> contexts = new ArrayList<>();

    InBrowser() {
        this(Api.underTest());
    }

    InBrowser(Api api) {
        this.api = api;
    }

    @BeforeAll
    static void launch() {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(Path.of(System.getProperty("it.chromium", "/usr/bin/chromium")))
                        .setArgs(FLAGS));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    }

    @AfterAll
    static void quit() {
        playwright.close();
    }

    @AfterEach
    void nothingFailed() {
        contexts.forEach(BrowserContext::close);
        assertThat(failures).as("failures of the page's scripts").isEmpty();
    }

    /** An empty window of a desktop's size, in the light theme. */
    final Page window() {
        return window(desktop());
    }

    static NewContextOptions desktop() {
        return new NewContextOptions().setViewportSize(1280, 800).setColorScheme(ColorScheme.LIGHT);
    }

    static NewContextOptions phone() {
        return new NewContextOptions()
                .setViewportSize(390, 844)
                .setDeviceScaleFactor(2)
                .setHasTouch(true)
                .setIsMobile(true)
                .setColorScheme(ColorScheme.LIGHT);
    }

    final Page window(NewContextOptions options) {
        // Without a graphics processor animations take a tenth of the time of these tests.
        BrowserContext context = browser.newContext(options.setReducedMotion(ReducedMotion.REDUCE)
                .setPermissions(List.of("clipboard-read", "clipboard-write")));
        contexts.add(context);
        Page page = context.newPage();
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.onPageError(failures::add);
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")) {
                failures.add(message.text());
            }
        });
        return page;
    }

    /** The task's own view, once its stream is open. */
    final TaskPage watch(Page page, String task) {
        return watch(page, api.at(""), task);
    }

    /** The same through another address of the server. */
    static TaskPage watch(Page page, URI server, String task) {
        page.navigate(server + "/#/tasks/" + task);
        return new TaskPage(page);
    }

    final void publishLines(String task, int first, int last) {
        var batch = new StringBuilder("[");
        for (int i = first; i <= last; i++) {
            batch.append(i > first ? "," : "")
                    .append("{\"type\":\"message_delta\",\"text\":\"line ")
                    .append(i)
                    .append(" of the build\\n\"}");
        }
        api.publish(task, batch.append(']').toString());
    }

    /** Their text on the page. */
    static List<String> lines(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> "line " + i + " of the build")
                .toList();
    }

    static void screenshot(Page page, String name) {
        Path file = Path.of("target", "screenshots", System.getProperty("it.server") + "-" + name + ".png");
        page.screenshot(new ScreenshotOptions().setPath(file));
    }
}
