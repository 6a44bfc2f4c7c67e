package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.DocsPage.Block;
import io.taskstream.it.DocsPage.Step;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A walk through the README and the pages of {@code src/docs}: their commands run as they are written, in their order, at
 * another address, and must print what the page says. The few that don't call a server are listed here, each with where
 * else it is run.
 */
@MainlyOn("wildfly")
class ReadmeWalkIT {

    /** Needs tokens, and so a server of its own. */
    private static final DocsPage SECURITY = DocsPage.of("src/docs/security.md");

    /** Drains the server, and so comes last. */
    private static final DocsPage OPERATIONS = DocsPage.of("src/docs/operations.md");

    private static final Pattern TOKEN = Pattern.compile("\"subject\": \"(\\w+)\", \"token\": \"…\"");

    private static final Pattern END_OF_STEP = Pattern.compile("\n\036(\\d+)\n");

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

    @TempDir
    private Path directory;

    @Test
    void whatThePagesShowHappens() throws IOException {
        Files.writeString(directory.resolve("pom.xml"), POM);
        try (Server server = start("walk", Map.of())) {
            for (DocsPage page : DocsPage.all()) {
                if (!page.equals(SECURITY) && !page.equals(OPERATIONS)) {
                    walk(page, server, Map.of());
                }
            }
            walk(OPERATIONS, server, Map.of());
        }
    }

    /** The file of tokens is the page's own, with tokens in it. */
    @Test
    void whatThePageOfTokensShowsHappens() throws IOException {
        Map<String, String> variables = new TreeMap<>();
        Matcher placeholder = TOKEN.matcher(SECURITY.json());
        String tokens = placeholder.replaceAll(found -> {
            String token = "walk-token-of-" + found.group(1);
            variables.put(found.group(1).toUpperCase(Locale.ROOT) + "_TOKEN", token);
            return found.group().replace("…", token);
        });
        Path file = Files.writeString(directory.resolve("tokens.json"), tokens);
        Map<String, String> settings =
                Map.of("taskstream.access", "tokens", "taskstream.access.tokens-file", file.toString());
        try (Server server = start("walk-tokens", settings)) {
            walk(SECURITY, server, variables);
        }
    }

    private static Server start(String purpose, Map<String, String> settings) {
        String name = System.getProperty("it.server");
        ServerOptions options = ServerOptions.in(Path.of("target", "it", name + "-" + purpose));
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            options = options.with(setting.getKey(), setting.getValue());
        }
        Server server = Server.create(name, options);
        server.start();
        server.deploy(Path.of(System.getProperty("it.war")));
        Api api = new Api(server.url());
        Await.until("it answers", Duration.ofSeconds(30), () -> api.get("/").statusCode() == 200);
        return server;
    }

    private void walk(DocsPage page, Server server, Map<String, String> variables) throws IOException {
        for (Block block : page.blocks()) {
            walk(block, server, variables);
        }
    }

    /** Runs the block's calls in one shell, which ends each with its exit code. */
    private void walk(Block block, Server server, Map<String, String> variables) throws IOException {
        List<Step> calls = block.steps().stream().filter(Step::isCall).toList();
        if (calls.isEmpty()) {
            return;
        }
        var script = new StringBuilder("set -o pipefail; cd " + directory + "\n");
        for (Step step : calls) {
            script.append(step.command().replace("localhost:8080", server.url().getAuthority()))
                    .append("\nprintf '\\n\\036%s\\n' $?\n");
        }
        Command shell = Command.of(
                "bash", Files.writeString(directory.resolve("block.sh"), script).toString());
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            shell = shell.with(variable.getKey(), variable.getValue());
        }
        check(calls, shell.run());
    }

    private static void check(List<Step> calls, String printed) {
        List<String> wrong = new ArrayList<>();
        Matcher end = END_OF_STEP.matcher(printed);
        int from = 0;
        for (Step step : calls) {
            assertThat(end.find())
                    .as("the end of %s in %s", step.command(), printed)
                    .isTrue();
            String shown = printed.substring(from, end.start());
            from = end.end();
            List<String> missing = step.missingIn(shown.lines().toList());
            if (!missing.isEmpty() || !end.group(1).equals("0")) {
                wrong.add("%s%nended with %s and printed%n%s%nwithout%n%s"
                        .formatted(step.command(), end.group(1), shown, String.join("\n", missing)));
            }
        }
        assertThat(wrong).isEmpty();
    }
}
