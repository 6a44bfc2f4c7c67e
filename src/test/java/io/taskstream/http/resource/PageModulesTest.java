package io.taskstream.http.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs the tests of the page's modules that need no browser, which are in {@code src/test/page}, with Node.js. */
@Tag("node")
class PageModulesTest {

    private static final Path TESTS = Path.of("src", "test", "page");

    @Test
    void theModulesPassTheirTests() throws Exception {
        List<String> command = Stream.concat(Stream.of("node", "--test", "--test-reporter=tap"), files())
                .toList();
        Process node = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(output).isZero();
        assertThat(output).containsPattern("# pass [1-9]");
    }

    private static Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(TESTS)) {
            return files.map(Path::toString).filter(name -> name.endsWith(".test.mjs")).sorted().toList().stream();
        }
    }
}
