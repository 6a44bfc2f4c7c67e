package io.taskstream.it;

import static io.taskstream.it.DocsCommandsTest.BENCH;
import static io.taskstream.it.DocsCommandsTest.BUILD_SAMPLE;
import static io.taskstream.it.DocsCommandsTest.COPY_SAMPLE;
import static io.taskstream.it.DocsCommandsTest.DEPLOY_SAMPLE;
import static io.taskstream.it.DocsCommandsTest.FORMAT;
import static io.taskstream.it.DocsCommandsTest.FUZZ;
import static io.taskstream.it.DocsCommandsTest.INSTALL;
import static io.taskstream.it.DocsCommandsTest.RUN;
import static io.taskstream.it.DocsCommandsTest.STOP;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.server.FileTrees;
import io.taskstream.it.server.Ports;
import io.taskstream.it.wire.EventStreamParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The documented commands that build, run, stop and measure the project, unchanged, in a copy of the project.
 * Maven's options there give them free ports, and shorten long runs.
 */
@Tag("separate")
@MainlyOn("payara")
class ReadmeBuildIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration BUILD = Duration.ofMinutes(10);

    private final int port = Ports.free();

    @TempDir
    private Path project;

    @Test
    void theProjectIsBuiltRunStoppedAndMeasured() throws IOException {
        copyProject();

        assertThat(run(RUN)).contains("Taskstream runs at http://localhost:" + port);
        ProcessHandle server = ProcessHandle.of(
                        Long.parseLong(Files.readString(project.resolve("target/run/taskstream.pid"))
                                .strip()))
                .orElseThrow();
        try {
            var api = new Api(URI.create("http://localhost:" + port));
            assertThat(api.get("/").body()).contains("<title>Taskstream");
            String task = api.createTask();
            api.publish(task, "{\"any\":\"thing\"}");
            api.publish(task, "{\"type\":\"done\"}");
            assertThat(EventStreamParser.parse(
                            api.get("/tasks/" + task + "/stream").body()))
                    .extracting(EventStreamParser.Event::data)
                    .containsExactly("{\"any\":\"thing\"}", "{\"type\":\"done\"}");

            walkToAWatchedBatchJob(api);

            run(STOP);
            Await.until("it has ended", SOON, () -> !server.isAlive());
        } finally {
            server.destroyForcibly();
        }
        assertThat(serverLog()).contains(" stopped in ");
        // While it stops, WildFly logs a due task as an error.
        assertThat(serverLog().split("Suspending server", 2)[0]).doesNotContain(" ERROR ");

        // Something to format.
        Files.writeString(project.resolve("src/main/java/io/taskstream/app/package-info.java"), "\n\n", APPEND);
        run(FORMAT);
        assertThat(sources(project)).isEqualTo(sources(Path.of("")));

        assertThat(run(FUZZ)).contains("FuzzTest").contains("FuzzerTest").contains("BUILD SUCCESS");

        assertThat(run(BENCH))
                .containsPattern("W1 round 1 taskstream wildfly .+")
                .containsPattern("W1 round 1 undertow .+")
                .contains("| taskstream wildfly |");
        assertThat(project.resolve("target/bench/results.json")).isNotEmptyFile();
    }

    /** The way of {@code src/docs/java.md}: the sample gets the client by its coordinates. */
    private void walkToAWatchedBatchJob(Api api) throws IOException {
        run(INSTALL);
        run(COPY_SAMPLE);
        Files.writeString(
                project.resolve("target/sample/src/main/resources/META-INF/microprofile-config.properties"),
                "sample.taskstream=http://localhost:" + port);
        run(BUILD_SAMPLE);
        assertThat(run("jar tf target/sample/target/sample.war").lines().filter(entry -> entry.endsWith(".jar")))
                .containsExactly("WEB-INF/lib/taskstream-1.0.0-SNAPSHOT-client.jar");
        run(DEPLOY_SAMPLE);
        Await.until("the sample answers", SOON, () -> api.get("/sample/").statusCode() == 200);
        String task = api.post("/sample/work/import?rows=20", "text/plain", "").body();
        Await.until(
                "the job is done",
                SOON,
                () -> api.task(task).getString("status").equals("completed"));
        assertThat(api.text(task)).contains("imported [1, 2, 3").contains("imported [11, 12");
    }

    private void copyProject() throws IOException {
        for (String part : List.of("pom.xml", ".mvn", "src", "server-config")) {
            FileTrees.copy(Path.of(part), project.resolve(part));
        }
        // What this build has compiled of them; behind them, so that it is newer.
        FileTrees.copy(Path.of("target/classes"), project.resolve("target/classes"));
        FileTrees.copy(Path.of("target/it-classes"), project.resolve("target/test-classes"));
        // What is formatted already.
        FileTrees.copy(Path.of("target/spotless-index"), project.resolve("target/spotless-index"));
        List<String> options = List.of(
                "-B",
                "-Dmaven.compiler.useIncrementalCompilation=false",
                "-Drun.port=" + port,
                "-Drun.management.port=" + Ports.free(),
                "-Dfuzz.tries=20",
                "-Dfuzz.seconds=2",
                "-Dfuzz.classes=LinesFuzzerTest",
                // Unpacked already.
                "-Dservers.dir=" + System.getProperty("it.servers"),
                "-Dbench.workloads=W1",
                "-Dbench.targets=taskstream-wildfly,undertow",
                "-Dbench.scale=0.1",
                "-Dbench.rounds=1",
                "-Dbench.warmup=0");
        Files.write(project.resolve(".mvn/maven.config"), options);
    }

    private String run(String command) {
        return Command.of("bash", "-c", "cd '" + project + "' && " + command).run(BUILD);
    }

    private String serverLog() throws IOException {
        try (Stream<Path> servers = Files.list(project.resolve("target/run"))) {
            Path home = servers.filter(each -> each.getFileName().toString().startsWith("wildfly-"))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(home.resolve("standalone/log/server.log"));
        }
    }

    /** All that is formatted. */
    private static List<String> sources(Path project) {
        try (Stream<Path> files = Files.walk(project.resolve("src"))) {
            List<String> sources = new ArrayList<>();
            for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                sources.add(Files.readString(file));
            }
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
