package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import io.taskstream.it.wire.CuttingProxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the page tells of its connection, and what of the output when a part of it was missed. */
class PageConnectionIT extends InBrowser {

    private static final int FAR_MORE_THAN_IS_KEPT = 3_000;

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

    @Test
    void whatIsNoLongerKeptIsMarkedWhereItIsMissing() {
        try (var way = new CuttingProxy(api.at(""))) {
            TaskPage view = watch(window(), way.url(), task);
            publishLines(task, 1, 5);
            assertThat(view.line(4)).isVisible();
            way.cut();
            view.awaitLight("reconnecting");
            publishLines(task, 6, FAR_MORE_THAN_IS_KEPT);
            view.awaitLight("live");
            view.page().keyboard().press("Home");
            assertThat(view.rows("gap")).hasCount(1);
            assertThat(view.rows("gap")).hasAttribute("data-line", "5");
            assertThat(view.rows("gap")).containsText("no longer kept");
            screenshot(view.page(), "gap");
            assertThatAllIsThereButTheMarked(view, "gap");
        }
    }

    @Test
    void whatWasDroppedForASlowConnectionIsMarkedAndCounted() {
        Page page = window();
        CDPSession network = page.context().newCDPSession(page);
        network.send("Network.enable");
        throttle(network, 100_000_000);
        TaskPage view = watch(page, task);
        view.awaitLight("live");
        publishLines(task, 1, 5);
        assertThat(view.line(4)).isVisible();

        throttle(network, 10_000);
        String wide = "\"" + "x".repeat(16_000) + "\"";
        String batch = "[" + String.join(",", Collections.nCopies(50, wide)) + "]";
        for (int i = 0; i < 40; i++) {
            api.publish(task, batch);
        }
        throttle(network, 100_000_000);
        assertThat(view.part("dropped")).isVisible();
        view.part("dropped").click();
        assertThat(view.rows("lag")).containsText("due to slow consumer");
        screenshot(page, "lag");
        api.publish(task, "{\"type\":\"done\"}");
        view.awaitLight("ended");
    }

    private static void throttle(CDPSession network, int bytesPerSecond) {
        var conditions = new JsonObject();
        conditions.addProperty("offline", false);
        conditions.addProperty("latency", 0);
        conditions.addProperty("downloadThroughput", bytesPerSecond);
        conditions.addProperty("uploadThroughput", -1);
        network.send("Network.emulateNetworkConditions", conditions);
    }

    /** The lines go on after the mark without a hole up to the last. */
    private static void assertThatAllIsThereButTheMarked(TaskPage view, String label) {
        List<String> lines = new ArrayList<>(view.allLines());
        assertThat(lines.subList(0, 5)).isEqualTo(lines(1, 5));
        assertThat(lines.remove(5)).startsWith(label);
        int kept = lines.size() - 5;
        assertThat(lines.subList(5, lines.size()))
                .isEqualTo(lines(FAR_MORE_THAN_IS_KEPT - kept + 1, FAR_MORE_THAN_IS_KEPT));
    }

    private static List<String> lines(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> "line " + i + " of the build")
                .toList();
    }
}
