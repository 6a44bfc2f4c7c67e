package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import io.taskstream.it.wire.CuttingProxy;
import org.junit.jupiter.api.Test;

/** What the page shows of its connection, and that a disconnection loses no line. */
class PageConnectionIT extends InBrowser {

    private final String task = api.createTask();

    @Test
    void theLightGoesFromLiveToQuietToReconnectingAndTheOutputHasNoHoleAndNoRepeat() {
        try (var way = new CuttingProxy(api.at(""))) {
            TaskPage view = watch(window(), way.url(), task);
            publishLines(task, 1, 10);
            assertThat(view.line(9)).isVisible();
            view.awaitLight("live");
            screenshot(view.page(), "light-live");

            view.awaitLight("quiet");
            assertThat(view.part("light")).containsText("Quiet since");
            screenshot(view.page(), "light-quiet");

            way.cut();
            view.awaitLight("reconnecting");
            screenshot(view.page(), "light-reconnecting");
            publishLines(task, 11, 30);
            view.awaitConnected();
            assertThat(view.line(29)).isVisible();

            way.cut();
            view.awaitLight("reconnecting");
            publishLines(task, 31, 40);
            view.awaitConnected();
            assertThat(view.line(39)).isVisible();
            assertThat(view.allLines()).isEqualTo(lines(1, 40));

            api.publish(task, "{\"type\":\"done\"}");
            view.awaitLight("ended");
            screenshot(view.page(), "light-ended");
        }
    }

    /** The port is closed for a while; then it answers 404 until the application is deployed, which does not end the task. */
    @Test
    void aRestartOfTheServerHealsAndCostsNoLine() {
        try (var way = new CuttingProxy(api.at(""))) {
            TaskPage view = watch(window(), way.url(), task);
            publishLines(task, 1, 10);
            assertThat(view.line(9)).isVisible();
            view.awaitConnected();

            way.refuse();
            view.awaitLight("reconnecting");
            publishLines(task, 11, 20);
            view.page().waitForTimeout(4000);
            way.answerNotFound();
            view.page().waitForCondition(() -> way.notFound() >= 4);
            view.awaitLight("reconnecting");

            way.accept();
            view.awaitConnected();
            publishLines(task, 21, 30);
            assertThat(view.line(29)).isVisible();
            assertThat(view.allLines()).isEqualTo(lines(1, 30));
        }
    }

    /** The connections stay open, and nothing passes any more: neither on the stream's nor on those that the browser keeps. */
    @Test
    void aNetworkThatSilentlyDropsConnectionsCostsNoLine() {
        try (var way = new CuttingProxy(api.at(""))) {
            TaskPage view = watch(window(), way.url(), task);
            publishLines(task, 1, 10);
            assertThat(view.line(9)).isVisible();
            view.awaitConnected();

            way.swallow();
            publishLines(task, 11, 20);
            // An attempt on a dead connection would wait for a minute.
            assertThat(view.line(19)).isVisible(new IsVisibleOptions().setTimeout(40_000));
            view.awaitConnected();
            assertThat(view.allLines()).isEqualTo(lines(1, 20));
        }
    }

    /** A starting server answers its own 404 to a page that opens a task then. */
    @Test
    void onlyTaskstreamSaysThatThereIsNoSuchTask() {
        try (var way = new CuttingProxy(api.at(""))) {
            Page page = window();
            page.navigate(way.url() + "/");
            assertThat(page.getByTestId("create")).isVisible();
            way.answerNotFound();
            way.cut();
            page.evaluate("id => { location.hash = `#/tasks/${id}`; }", task);
            assertThat(page.getByTestId("load-error")).isVisible();
            assertThat(page.getByTestId("not-found")).hasCount(0);
            screenshot(page, "server-without-taskstream");

            way.accept();
            page.getByText("Try again").click();
            new TaskPage(page).awaitConnected();

            page.evaluate("location.hash = '#/tasks/there-is-none'");
            assertThat(page.getByTestId("not-found")).isVisible();
        }
    }
}
