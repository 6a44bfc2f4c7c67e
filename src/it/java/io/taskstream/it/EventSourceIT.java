package io.taskstream.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Playwright;
import io.taskstream.it.wire.CuttingProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real browser: its {@code EventSource}, and the page, over a connection that is cut. */
class EventSourceIT extends OnServer {

    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Api api = Api.underTest();
    private final CuttingProxy proxy = new CuttingProxy(api.at(""));
    private final List<String> failures = new ArrayList<>();

    private Playwright playwright;
    private Page page;

    @BeforeEach
    void open() {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        Browser browser = playwright
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(Path.of(System.getProperty("it.chromium", "/usr/bin/chromium")))
                        .setArgs(FLAGS));
        page = browser.newPage(new Browser.NewPageOptions().setViewportSize(1280, 800));
        page.onPageError(failures::add);
        page.navigate(proxy.url().toString());
    }

    @AfterEach
    void close() {
        playwright.close();
        proxy.close();
        assertThat(failures).as("errors of the page's scripts").isEmpty();
    }

    @Test
    void aTaskIsMadeAndWatchedLiveInThePageAndGoesOnAfterACut() {
        page.getByTestId("create").click();
        page.getByTestId("create-title").fill("Nightly build");
        page.getByTestId("create-submit").click();
        page.getByTestId("create-open").click();
        assertThat(page.getByTestId("light")).hasAttribute("data-state", "live");
        String task = page.url().replaceFirst(".*#/tasks/", "");

        publishLines(task, 1, 10);
        assertThat(page.getByTestId("output")).containsText("line 10 of the build");
        screenshot("live");

        proxy.cut();
        assertThat(page.getByTestId("light")).hasAttribute("data-state", "reconnecting");
        screenshot("cut");
        publishLines(task, 11, 15);
        assertThat(page.getByTestId("output")).containsText("line 15 of the build");
        assertThat(page.getByTestId("light")).hasAttribute("data-state", "live");
        assertThat(page.locator("[data-line] .text"))
                .hasText(IntStream.rangeClosed(1, 15)
                        .mapToObj(i -> "line " + i + " of the build")
                        .toArray(String[]::new));

        api.publish(task, "{\"type\":\"done\"}");
        assertThat(page.getByTestId("light")).hasAttribute("data-state", "ended");
        screenshot("ended");
    }

    @Test
    void eventSourceResumesAfterEveryCutWithoutLossAndStopsAfter204() {
        String task = api.createTask();
        page.evaluate("""
                url => {
                  window.seen = [];
                  window.opened = 0;
                  window.source = new EventSource(url);
                  window.source.onopen = () => window.opened++;
                  window.source.onmessage = event => window.seen.push(event.lastEventId.split('-')[1] + ' ' + event.data);
                }""", "/tasks/" + task + "/stream");
        for (int cut = 1; cut <= 3; cut++) {
            page.waitForFunction("opened => window.opened >= opened", cut);
            publishNumbers(task, cut * 100 - 99, cut * 100 - 50);
            page.waitForFunction("count => window.seen.length >= count", cut * 100 - 80);
            proxy.cut();
            publishNumbers(task, cut * 100 - 49, cut * 100);
        }
        page.waitForFunction("() => window.seen.length >= 300");
        assertThat(page.evaluate("() => window.seen"))
                .isEqualTo(
                        IntStream.rangeClosed(1, 300).mapToObj(i -> i + " " + i).toList());
        assertThat(page.evaluate("() => window.opened")).isEqualTo(4);

        api.publish(task, "{\"type\":\"done\"}");
        page.waitForFunction("() => window.source.readyState === EventSource.CLOSED");
        assertThat(page.evaluate("() => window.seen.length")).isEqualTo(301);
    }

    @Test
    void eventSourceResumesSeveralTasksAfterEveryCutAndStopsAfter204() {
        String a = api.createTask();
        String b = api.createTask();
        page.evaluate("""
                url => {
                  window.seen = new Map();
                  window.got = window.opened = 0;
                  window.source = new EventSource(url);
                  window.source.onopen = () => window.opened++;
                  window.source.onmessage = event => {
                    const { task, id, data } = JSON.parse(event.data);
                    window.got++;
                    window.seen.set(task + ' ' + id.split('-')[1], data);
                  };
                }""", "/stream?task=" + a + "&task=" + b);
        for (int cut = 1; cut <= 3; cut++) {
            page.waitForFunction("opened => window.opened >= opened", cut);
            publishNumbers(a, cut * 40 - 39, cut * 40 - 20);
            publishNumbers(b, cut * 40 - 39, cut * 40 - 20);
            page.waitForFunction("count => window.seen.size >= count", cut * 80 - 60);
            proxy.cut();
            publishNumbers(a, cut * 40 - 19, cut * 40);
            publishNumbers(b, cut * 40 - 19, cut * 40);
        }
        page.waitForFunction("() => window.seen.size >= 240");
        for (String task : List.of(a, b)) {
            assertThat(page.evaluate(
                            "task => [...window.seen].filter(([key]) => key.startsWith(task)).map(([, data]) => data)",
                            task))
                    .isEqualTo(IntStream.rangeClosed(1, 120).boxed().toList());
        }
        assertThat((int) page.evaluate("() => window.got"))
                .as("resumed, not begun again")
                .isLessThan(300);
        api.publish(a, "{\"type\":\"done\"}");
        api.publish(b, "{\"type\":\"done\"}");
        page.waitForFunction("() => window.source.readyState === EventSource.CLOSED");
        assertThat(page.evaluate("() => window.seen.size")).isEqualTo(242);
    }

    private void publishLines(String task, int first, int last) {
        for (int i = first; i <= last; i++) {
            api.publish(task, "{\"type\":\"message_delta\",\"text\":\"line " + i + " of the build\\n\"}");
        }
    }

    private void publishNumbers(String task, int first, int last) {
        for (int i = first; i <= last; i++) {
            api.publish(task, Integer.toString(i));
        }
    }

    private void screenshot(String name) {
        Path file = Path.of("target", "screenshots", System.getProperty("it.server") + "-" + name + ".png");
        page.screenshot(new ScreenshotOptions().setPath(file));
    }
}
