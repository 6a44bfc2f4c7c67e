package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.wire.EventStreamParser;
import jakarta.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main use case with usual tools: a build's output is piped in with curl, and watched with {@code curl -N}. */
@Tag("contract")
class BuildIT extends OnServer {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Api api = Api.underTest();
    private final String task = api.createTask();

    @TempDir
    private Path directory;

    private Path watched;
    private Process watcher;

    @BeforeEach
    void watch() {
        watched = directory.resolve("watched.txt");
        watcher = Command.of("curl", "-sN", api.at("/tasks/" + task + "/stream").toString())
                .start(watched);
        Await.until("curl watches", PATIENCE, () -> watched().startsWith("retry: "));
    }

    @AfterEach
    void stopWatching() {
        watcher.destroy();
    }

    @Test
    void aLineIsSeenWhileTheBuildGoesOn() throws Exception {
        Process build = pipe("for step in 1 2 3; do echo \"step $step\"; sleep 1; done");
        for (int step = 1; step <= 3; step++) {
            String line = "\"text\":\"step " + step + "\\n\"}\n\n";
            Await.until("curl shows step " + step, PATIENCE, () -> watched().contains(line));
            assertThat(build.isAlive())
                    .as("the build goes on after step %d", step)
                    .isTrue();
        }
        assertThat(build.waitFor()).isZero();
        assertThat(Files.readString(directory.resolve("answer.txt"))).contains("\"count\":3");
    }

    @Test
    void aRealBuildIsSeenByteForByte() throws Exception {
        Path source = Files.writeString(
                directory.resolve("Sample.java"),
                "class Sample { void run() { new Thread(this::run).stop(); java.util.List.of(\"\u00e4\").stream().map(String::trim).toList(); } }");
        Path javac = Path.of(System.getProperty("java.home"), "bin", "javac");
        Path log = directory.resolve("build.log");

        Process build = pipe(
                javac + " -verbose -Xlint:all -encoding UTF-8 -d " + directory + " " + source + " 2>&1 | tee " + log);
        assertThat(build.waitFor()).isZero();
        api.publish(task, "{\"type\":\"done\"}");
        assertThat(watcher.waitFor()).as("curl ends with the stream").isZero();

        List<EventStreamParser.Event> events = EventStreamParser.parse(watched());
        assertThat(events).hasSizeGreaterThan(20);
        assertThat(events.subList(0, events.size() - 1).stream()
                        .map(event -> textOf(event.data()))
                        .collect(Collectors.joining()))
                .isEqualTo(Files.readString(log));
    }

    private Process pipe(String build) {
        return Command.of(
                        "sh",
                        "-c",
                        "(" + build + ") | curl -sT- -X POST -H 'Content-Type: text/plain' "
                                + api.at("/tasks/" + task + "/events"))
                .start(directory.resolve("answer.txt"));
    }

    private String watched() {
        try {
            return Files.readString(watched);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String textOf(String data) {
        return Json.createReader(new StringReader(data)).readObject().getString("text");
    }
}
