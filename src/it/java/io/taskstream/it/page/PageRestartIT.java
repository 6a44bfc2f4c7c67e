package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import io.taskstream.it.Api;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.RunnerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server restarts under an open page, which resumes. */
@MainlyOn("wildfly")
class PageRestartIT extends InBrowser {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double PATIENCE_MILLIS = PATIENCE.toSeconds() * 1e3;

    /** The command that is watched and cancelled. For a real build: {@code -Drunner.build="exec mvn -B verify"}. */
    private static final String BUILD = System.getProperty(
            "runner.build", "trap 'echo stopped; exit 143' TERM; while :; do echo another line; sleep 0.1; done");

    /** How long it runs after the restart. */
    private static final Duration BUILDING = Duration.ofSeconds(Integer.getInteger("runner.build.seconds", 1));

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
        view.awaitConnected();

        SERVER.stop();
        view.awaitLight("reconnecting");
        screenshot(view.page(), "restart-stopped");
        startAgain();
        publishLines(task, 11, 20);
        awaitLine(view, 19);
        view.awaitConnected();

        SERVER.crash();
        view.awaitLight("reconnecting");
        startAgain();
        publishLines(task, 21, 30);
        awaitLine(view, 29);
        view.awaitConnected();
        assertThat(view.allLines()).isEqualTo(lines(1, 30));
        screenshot(view.page(), "restart-healed");
    }

    @Test
    void aBuildIsWatchedThroughARestartAndCancelled(@TempDir Path directory) {
        List<String> options = List.of(SERVER.url() + "/tasks/" + task);
        try (var runner = RunnerProcess.start(SERVER.url(), directory, options, List.of("bash", "-c", BUILD))) {
            TaskPage view = watch(window(), task);
            awaitLine(view, 5);
            SERVER.crash();
            view.awaitLight("reconnecting");
            startAgain();
            view.awaitConnected();
            Await.sleep(BUILDING);
            screenshot(view.page(), "build-running");

            view.part("cancel").click();
            view.part("confirm-yes").click();

            assertThat(runner.await(PATIENCE)).as(runner.messages()).isEqualTo(143);
            assertThat(view.part("light")).containsText("cancelled");
            screenshot(view.page(), "build-cancelled");
            assertThat(api.task(task).getString("status")).isEqualTo("cancelled");
            assertThat(api.text(task)).isEqualTo(runner.shown());
            assertThat(view.allLines())
                    .containsSubsequence(runner.shown().lines().toList());
            System.out.printf(
                    "A build of %,d bytes was cancelled. %s%n", runner.shown().length(), runner.messages());
        }
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
