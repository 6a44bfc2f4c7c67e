package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.run.FakeServer.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code src/docs/runner.md} describes the existing options, and the README's script works unchanged. */
class RunnerPageTest {

    private static final Path PAGE = Path.of("src/docs/runner.md");

    @TempDir
    Path temporary;

    @Test
    void theOptionsAreThoseOfTheHelp() throws IOException {
        assertThat(options("\\| `(--[a-z-]+)", Files.readString(PAGE)))
                .containsExactlyInAnyOrderElementsOf(options("(?m)^  (--(?!help)[a-z-]+)", Options.USAGE));
    }

    private static List<String> options(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theScriptPublishesABuildInSpiteOfFailures() throws Exception {
        Matcher block = Pattern.compile("(?ms)^```sh\n(.*?)^```").matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        Path script = Files.writeString(temporary.resolve("publish.sh"), block.group(1));
        try (var server = new FakeServer()) {
            server.isForRunner = false;
            Queue<Fault> faults = new ConcurrentLinkedQueue<>(List.of(
                    Fault.NOT_DEPLOYED,
                    Fault.CUT_AFTER,
                    Fault.NONE,
                    Fault.NONE,
                    Fault.NONE,
                    Fault.CUT_WITHIN,
                    Fault.BAD_GATEWAY,
                    Fault.NONE,
                    Fault.CUT_AFTER,
                    Fault.CUT_BEFORE));
            server.faults = () -> faults.isEmpty() ? Fault.NONE : faults.remove();
            var builder = new ProcessBuilder("/bin/sh", script.toString()).inheritIO();
            builder.environment().put("TASK", server.url() + "/tasks/build");
            builder.environment().put("COMMAND", "seq 1 20000; sleep 1; echo gr\u00fcn >&2; exit 3");
            builder.environment().put("TMPDIR", temporary.toString());

            assertThat(builder.start().waitFor()).isEqualTo(3);

            assertThat(server.violations).isEmpty();
            String text = new String(server.text(), UTF_8);
            assertThat(text).hasLineCount(20_001).startsWith("1\n2\n").endsWith("\n20000\ngr\u00fcn\n");
            assertThat(server.events())
                    .containsExactly("{\"type\":\"done\",\"status\":\"failed\",\"message\":\"exit code 3\"}");
            assertThat(faults).isEmpty();
        }
        assertThat(temporary).isDirectoryNotContaining("glob:**tmp.*");
    }
}
