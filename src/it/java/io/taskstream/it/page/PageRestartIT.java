package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import io.taskstream.it.Api;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The server restarts under an open page, which resumes. */
@MainlyOn("payara")
class PageRestartIT extends InBrowser {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double PATIENCE_MILLIS = PATIENCE.toSeconds() * 1e3;

    private static final Server SERVER = start();

    private final String task = api.createTask();

    PageRestartIT() {
        super(new Api(SERVER.url()));
    }

    private static Server start() {
        String name = System.getProperty("it.server");
        Server server = Server.create(
                name,
                ServerOptions.in(Path.of("target", "it", name + "-page-restart"))
                        .with("taskstream.server.configured", "true")
                        .with("taskstream.drain.seconds", "2"));
        server.start();
        server.deploy(Path.of(System.getProperty("it.war")));
        return server;
    }

    @AfterAll
    static void end() {
        SERVER.close();
    }

    @Test
    void stoppedInOrderAndKilledItCostsThePageNoLine() {
        TaskPage view = watch(window(), task);
        publishLines(task, 1, 10);
        assertThat(view.line(9)).isVisible();
        view.awaitLight("live");

        SERVER.stop();
        view.awaitLight("reconnecting");
        screenshot(view.page(), "restart-stopped");
        startAgain();
        publishLines(task, 11, 20);
        awaitLine(view, 19);
        view.awaitLight("live");

        SERVER.crash();
        view.awaitLight("reconnecting");
        startAgain();
        publishLines(task, 21, 30);
        awaitLine(view, 29);
        view.awaitLight("live");
        assertThat(view.allLines()).isEqualTo(lines(1, 30));
        screenshot(view.page(), "restart-healed");
    }

    private void startAgain() {
        SERVER.start();
        // Payara answers 404 until it has loaded the application.
        Await.until("it answers", PATIENCE, () -> api.get("/tasks").statusCode() == 200);
    }

    private static void awaitLine(TaskPage view, int number) {
        assertThat(view.line(number)).isVisible(new IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
    }
}
