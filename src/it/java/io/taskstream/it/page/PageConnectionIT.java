package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.wire.CuttingProxy;
import org.junit.jupiter.api.Test;

/** What the page tells of its connection, and that a cut costs no line. */
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
            view.awaitLight("live");
            assertThat(view.line(29)).isVisible();

            way.cut();
            view.awaitLight("reconnecting");
            publishLines(task, 31, 40);
            view.awaitLight("live");
            assertThat(view.line(39)).isVisible();
            assertThat(view.allLines()).isEqualTo(lines(1, 40));

            api.publish(task, "{\"type\":\"done\"}");
            view.awaitLight("ended");
            screenshot(view.page(), "light-ended");
        }
    }

    /** Its port is closed for a while; then it answers 404 until it has deployed, which is not the task's end. */
    @Test
    void aRestartOfTheServerHealsAndCostsNoLine() {
        try (var way = new CuttingProxy(api.at(""))) {
            TaskPage view = watch(window(), way.url(), task);
            publishLines(task, 1, 10);
            assertThat(view.line(9)).isVisible();
            view.awaitLight("live");

            way.refuse();
            view.awaitLight("reconnecting");
            publishLines(task, 11, 20);
            view.page().waitForTimeout(4000);
            way.answerNotFound();
            view.page().waitForCondition(() -> way.notFound() >= 4);
            view.awaitLight("reconnecting");

            way.accept();
            view.awaitLight("live");
            publishLines(task, 21, 30);
            assertThat(view.line(29)).isVisible();
            assertThat(view.allLines()).isEqualTo(lines(1, 30));
        }
    }
}
