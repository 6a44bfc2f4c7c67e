package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.taskstream.it.Api;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.CuttingProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * How the page shows missed events, on a separate server that keeps few events. On one kind of server: the page
 * is the same.
 */
@MainlyOn("wildfly")
class PageMissedIT extends InBrowser {

    private static final int KEPT = 500;
    private static final int FAR_MORE_THAN_IS_KEPT = 3_000;

    private static final Server SERVER = start();

    private final String task = api.createTask();

    PageMissedIT() {
        super(new Api(SERVER.url()));
    }

    private static Server start() {
        String name = System.getProperty("it.server");
        Server server = Server.create(
                name,
                ServerOptions.in(Path.of("target", "it", name + "-missed"))
                        .with("taskstream.log.engine", "memory")
                        .with("taskstream.log.events", Integer.toString(KEPT)));
        server.start();
        server.deploy(Path.of(System.getProperty("it.war")));
        return server;
    }

    @AfterAll
    static void stop() {
        SERVER.close();
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
            view.awaitConnected();
            assertThat(view.line(5 + KEPT)).isVisible();
            view.page().keyboard().press("Home");
            assertThat(view.rows("gap")).hasAttribute("data-line", "5");
            assertThat(view.rows("gap")).containsText("no longer kept");
            screenshot(view.page(), "gap");
            List<String> lines = new ArrayList<>(view.allLines());
            assertThat(lines.remove(5)).startsWith("gap");
            List<String> expected = new ArrayList<>(lines(1, 5));
            expected.addAll(lines(FAR_MORE_THAN_IS_KEPT - KEPT + 1, FAR_MORE_THAN_IS_KEPT));
            assertThat(lines).isEqualTo(expected);
        }
    }

    @Test
    void whatWasDroppedForABusyBrowserIsMarkedAndCounted() {
        Page page = window();
        TaskPage view = watch(page, task);
        view.awaitConnected();
        publishLines(task, 1, 5);
        assertThat(view.line(4)).isVisible();

        // The page's only thread polls in a loop: the page reads nothing from its stream before all is published.
        page.evaluate("""
                task => setTimeout(() => {
                  const end = Date.now() + 300_000;
                  const request = new XMLHttpRequest();
                  do {
                    request.open('GET', `/tasks/${task}`, false);
                    request.send();
                  } while (!JSON.parse(request.responseText).lastEventId.endsWith('-2005') && Date.now() < end);
                }, 0)""", task);
        String wide = "\"" + "x".repeat(16_000) + "\"";
        String batch = "[" + String.join(",", Collections.nCopies(50, wide)) + "]";
        for (int i = 0; i < 40; i++) {
            api.publish(task, batch);
        }
        assertThat(view.part("dropped")).isVisible();
        view.awaitLight("lagged");
        screenshot(page, "lagged");
        view.part("dropped").click();
        assertThat(view.rows("lag").first()).isVisible();
        assertThat(view.rows("lag").allTextContents()).allMatch(row -> row.contains("due to slow consumer"));
        screenshot(page, "lag");
        api.publish(task, "{\"type\":\"done\"}");
        view.awaitLight("ended");
    }
}
