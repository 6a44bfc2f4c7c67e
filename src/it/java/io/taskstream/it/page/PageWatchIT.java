package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasAttributeOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.options.ColorScheme;
import io.taskstream.it.wire.CuttingProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Several tasks side by side. */
class PageWatchIT extends InBrowser {

    private static final Pattern OPEN = Pattern.compile("live|quiet");

    private final List<String> tasks = List.of(api.createTask(), api.createTask(), api.createTask());

    @Test
    void tasksPickedInTheListAreWatchedOverOneConnection() {
        Page page = window();
        List<String> streams = new ArrayList<>();
        page.onRequest(request -> {
            if (request.url().contains("stream?")) {
                streams.add(request.url());
            }
        });
        page.navigate(api.at("/").toString());
        for (String task : tasks) {
            page.locator("li:has([data-id='" + task + "'])").getByTestId("pick").check();
        }
        page.getByTestId("watch-picked").click();
        for (int i = 0; i < 3; i++) {
            publishLines(tasks.get(i), 1, 10 + i);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(line(page, tasks.get(i), 9 + i)).isVisible();
            assertThat(lines(page, tasks.get(i))).isEqualTo(lines(1, 10 + i));
        }
        assertThat(streams).hasSize(1).first().asString().contains("/stream?task=");
        assertThat(Axe.seriousFindings(page)).isEmpty();
        screenshot(page, "watch");

        api.publish(tasks.get(0), "{\"type\":\"done\",\"status\":\"failed\"}");
        assertThat(light(page, tasks.get(0))).hasAttribute("data-state", "ended");
        publishLines(tasks.get(1), 12, 12);
        assertThat(line(page, tasks.get(1), 11)).isVisible();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertThat(Axe.seriousFindings(page)).isEmpty();
        screenshot(page, "watch-dark");
    }

    @Test
    void aDisconnectionCostsNoLineOfAnyTask() {
        try (var way = new CuttingProxy(api.at(""))) {
            Page page = window();
            page.navigate(way.url() + "/#/watch?task=" + String.join("&task=", tasks));
            for (String task : tasks) {
                publishLines(task, 1, 10);
                assertThat(line(page, task, 9)).isVisible();
            }
            way.cut();
            for (String task : tasks) {
                assertThat(light(page, task)).hasAttribute("data-state", "reconnecting");
                publishLines(task, 11, 20);
            }
            for (String task : tasks) {
                assertThat(line(page, task, 19)).isVisible();
                assertThat(light(page, task)).hasAttribute("data-state", OPEN);
            }

            way.swallow();
            for (String task : tasks) {
                publishLines(task, 21, 30);
            }
            for (String task : tasks) {
                assertThat(line(page, task, 29)).isVisible(new IsVisibleOptions().setTimeout(40_000));
                assertThat(lines(page, task)).isEqualTo(lines(1, 30));
            }
        }
    }

    /** While there are events there are no heartbeats, and a task without any must not take the line for dead. */
    @Test
    void aBusyTaskDoesNotMakeAQuietOneReconnect() {
        try (var way = new CuttingProxy(api.at(""))) {
            Page page = window();
            page.navigate(way.url() + "/#/watch?task=" + tasks.get(0) + "&task=" + tasks.get(1));
            assertThat(light(page, tasks.get(1))).hasAttribute("data-state", OPEN);
            int accepted = way.accepted();
            // Longer than a line may be silent.
            for (int i = 1; i <= 20; i++) {
                publishLines(tasks.get(0), i, i);
                page.waitForTimeout(1000);
            }
            assertThat(light(page, tasks.get(1))).hasAttribute("data-state", OPEN);
            assertThat(line(page, tasks.get(0), 19)).isVisible();
            assertThat(way.accepted()).isEqualTo(accepted);
        }
    }

    @Test
    void aTaskThatIsNotThereIsToldAndTheOthersAreWatched() {
        Page page = window(phone());
        page.navigate(
                api.at("/#/watch?task=" + tasks.get(0) + "&task=not-there").toString());
        publishLines(tasks.get(0), 1, 3);
        assertThat(light(page, "not-there")).hasAttribute("data-state", "gone");
        assertThat(line(page, tasks.get(0), 2)).isVisible();
        screenshot(page, "watch-phone");
    }

    @Test
    void aTaskThatIsDeletedIsToldAndTheOthersGoOn() {
        Page page = window();
        page.navigate(api.at("/#/watch?task=" + tasks.get(0) + "&task=" + tasks.get(1))
                .toString());
        assertThat(light(page, tasks.get(0))).hasAttribute("data-state", OPEN);
        assertThat(pane(page, tasks.get(1)).boundingBox().y)
                .as("side by side")
                .isEqualTo(pane(page, tasks.get(0)).boundingBox().y);
        api.send("DELETE", "/tasks/" + tasks.get(0), null, "");
        assertThat(light(page, tasks.get(0)))
                .hasAttribute("data-state", "gone", new HasAttributeOptions().setTimeout(30_000));
        assertThat(pane(page, tasks.get(0)).getByTestId("status")).hasCount(0);
        publishLines(tasks.get(1), 1, 3);
        assertThat(line(page, tasks.get(1), 2)).isVisible();
        assertThat(light(page, tasks.get(1))).hasAttribute("data-state", OPEN);
        screenshot(page, "watch-deleted");
    }

    private static Locator pane(Page page, String task) {
        return page.locator("[data-testid='pane'][data-id='" + task + "']");
    }

    private static Locator light(Page page, String task) {
        return pane(page, task).getByTestId("light");
    }

    private static Locator line(Page page, String task, int number) {
        return pane(page, task).locator(".row[data-line='" + number + "'] .text");
    }

    private static List<String> lines(Page page, String task) {
        return pane(page, task).locator(".row[data-kind='text'] .text").allTextContents();
    }
}
