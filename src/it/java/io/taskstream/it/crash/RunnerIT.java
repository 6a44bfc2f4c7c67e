package io.taskstream.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.DocsPage;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.Calls;
import io.taskstream.it.wire.CuttingProxy;
import io.taskstream.it.wire.NumberedLines;
import io.taskstream.it.wire.RunnerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The output of a command that the runner publishes is whole, byte for byte, whatever breaks: the server is killed as by
 * {@code kill -9}, and connections are cut after any byte. {@code -Drunner.kills} sets the number of kills; the long form is 20.
 * {@code TwoNodesIT} kills a Payara under the runner.
 */
@MainlyOn("wildfly")
class RunnerIT {

    private static final String NAME = System.getProperty("it.server");
    private static final int KILLS = Integer.getInteger("runner.kills", 2);
    private static final int SHORTEST_MILLIS = 200;
    private static final int LONGEST_MILLIS = 8_000;
    private static final int LONGEST_CONNECTION = 12_000;
    private static final Duration OF_CUTS = Duration.ofSeconds(5L * KILLS);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Server server;
    private static Api api;
    private static Calls calls;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        server = Server.create(
                NAME,
                ServerOptions.in(Path.of("target", "it", NAME + "-runner")).with("taskstream.log.durability", "sync"));
        server.start();
        server.deploy(Path.of(System.getProperty("it.war")));
        api = new Api(server.url());
        calls = new Calls(server.url());
        calls.awaitApplication();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void connectionsThatAreCutAfterAnyByteCostNothing() throws IOException {
        var command = new NumberedLines(directory);
        try (var way = cutting();
                var runner = run(way.url(), "cut", command.words(0))) {
            Await.sleep(OF_CUTS);
            command.stop();
            check("cut", runner, command, 0);
            assertThat(way.cuts()).isPositive();
            System.out.printf("%s: %d connections cut, %,d lines%n", NAME, way.cuts(), command.count(0));
        }
    }

    /** The same kills for a runner, a runner whose connections are cut, too, and the script for a shell. */
    @Test
    void aServerThatIsKilledCostsNothing() throws IOException {
        var command = new NumberedLines(directory);
        String script = DocsPage.of("README.md").script("#!/bin/sh");
        Path shell = Files.writeString(directory.resolve("publish.sh"), script);
        Map<String, String> environment = Map.of(
                "TASK", server.url() + "/tasks/shell",
                "COMMAND", String.join(" ", command.words(4)),
                "TMPDIR", directory.toString());
        try (var way = cutting();
                var direct = run(server.url(), "killed", command.words(0));
                var cut = run(way.url(), "killed-and-cut", command.words(3));
                var scripted = RunnerProcess.startScript(directory, shell, environment)) {
            for (int kill = 1; kill <= KILLS; kill++) {
                Await.sleep(Duration.ofMillis(random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS)));
                server.crash();
                server.start();
                calls.awaitApplication();
            }
            command.stop();
            check("killed", direct, command, 0);
            check("killed-and-cut", cut, command, 3);
            assertThat(scripted.await(PATIENCE)).as(scripted.messages()).isEqualTo(4);
            checkTask("shell", command, 4);
            System.out.printf(
                    "%s: %d kills, %d connections cut; %,d lines, %,d through the proxy, %,d by the script%n",
                    NAME, KILLS, way.cuts(), command.count(0), command.count(3), command.count(4));
        }
    }

    private CuttingProxy cutting() {
        var way = new CuttingProxy(server.url());
        way.cutAfter(() -> random.nextInt(1, LONGEST_CONNECTION));
        return way;
    }

    private RunnerProcess run(URI address, String task, List<String> command) {
        return RunnerProcess.start(server.url(), directory, List.of(address + "/tasks/" + task), command);
    }

    private void check(String task, RunnerProcess runner, NumberedLines command, int code) {
        assertThat(runner.await(PATIENCE)).as(runner.messages()).isEqualTo(code);
        assertThat(NumberedLines.difference(runner.shown(), command.text(code)))
                .as("what the runner shows")
                .isEmpty();
        checkTask(task, command, code);
    }

    private void checkTask(String task, NumberedLines command, int code) {
        assertThat(NumberedLines.difference(api.text(task), command.text(code)))
                .as("the text of %s, seed %d", task, seed)
                .isEmpty();
        assertThat(api.task(task).getString("status")).isEqualTo(code == 0 ? "completed" : "failed");
    }
}
