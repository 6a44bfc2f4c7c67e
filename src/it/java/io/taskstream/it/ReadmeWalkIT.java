package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows first is what happens: its commands are run as they stand, at another address. */
@Tag("once")
class ReadmeWalkIT extends OnServer {

    private static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
    private static final String PROMPT = "$ ";
    private static final String ANYTHING = "…";

    /** A project of the same name, so that a build prints the same. */
    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>io.taskstream</groupId>
              <artifactId>taskstream</artifactId>
              <version>1</version>
              <build><plugins>
                <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
                <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.16.0</version></plugin>
              </plugins></build>
            </project>
            """;

    private final Api api = Api.underTest();

    @TempDir
    private Path directory;

    private record Step(String command, List<String> shown) {}

    @Test
    void theFirstThingsThatTheReadmeShowsHappen() throws IOException {
        api.send("DELETE", "/tasks/build", null, "");
        Files.writeString(directory.resolve("pom.xml"), POM);
        String readme = Files.readString(Path.of(System.getProperty("it.readme", "README.md")));
        List<Step> steps = steps(readme.substring(0, readme.indexOf("\n## ")));
        assertThat(steps).hasSizeGreaterThanOrEqualTo(4);
        for (Step step : steps) {
            String here = step.command.replace("localhost:8080", api.at("").getAuthority());
            List<String> printed = Command.of("bash", "-c", "cd " + directory + " && " + here)
                    .run()
                    .lines()
                    .map(ReadmeWalkIT::shape)
                    .toList();
            assertThat(printed).as(step.command).containsSubsequence(step.shown);
        }
    }

    private static List<Step> steps(String text) {
        List<Step> steps = new ArrayList<>();
        Matcher blocks = CONSOLE.matcher(text);
        while (blocks.find()) {
            for (String line : blocks.group(1).lines().toList()) {
                if (line.startsWith(PROMPT)) {
                    steps.add(new Step(line.substring(PROMPT.length()), new ArrayList<>()));
                } else if (!line.isEmpty() && !line.equals(PROMPT.strip()) && !line.equals(ANYTHING)) {
                    steps.get(steps.size() - 1).shown.add(shape(line));
                }
            }
        }
        return steps;
    }

    /** A line without what differs from run to run: ids, numbers, times, and colours that are set only to be unset. */
    private static String shape(String line) {
        return line.replace("\\u001b[0m", "")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "<time>")
                .replaceAll("[0-9a-f]{8}-\\d+", "<id>")
                .replaceAll("(retry: |\"count\":)\\d+", "$1<number>");
    }
}
