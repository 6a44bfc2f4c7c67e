package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The runner where the server or the room for its spool is missing. */
class MainOutageTest extends MainFixture {

    @Test
    void theCommandRunsWithoutAServerAndItsOutputArrivesLater() throws Exception {
        int port = server.port();
        server.close();
        Run run = command("seq 1 20000");
        await(() -> run.err().soFar().contains("the server is away"));

        server = new FakeServer(port);

        assertThat(run.code()).isZero();
        assertThat(published()).hasLineCount(20_000).endsWith("\n19999\n20000\n");
        assertThat(run.said()).contains("the server is back");
    }

    @Test
    void whatIsNotPublishedIsKeptAndCanBePublishedLater() throws Exception {
        int port = server.port();
        server.close();
        Run run = command("echo one; exit 3", "--give-up-after", "1s");
        assertThat(run.code()).isEqualTo(3);
        Matcher later =
                Pattern.compile("java -jar taskstream-run.jar (.*) < (.*)\n").matcher(run.said());
        assertThat(later.find()).isTrue();
        assertThat(Path.of(later.group(2))).hasContent("one\n");
        server = new FakeServer(port);

        Run second = run(later.group(1).split(" "));
        try (var in = second.process().getOutputStream()) {
            Files.copy(Path.of(later.group(2)), in);
        }

        assertThat(second.code()).isZero();
        assertThat(published()).isEqualTo("one\n");
        assertThat(server.events()).containsExactly("{\"type\":\"done\",\"status\":\"failed\"}");
    }

    @Test
    void whatIsKeptInManyFilesIsPublishedByAPipe() throws Exception {
        int port = server.port();
        server.close();
        Run run = command("seq 1 3000000", "--quiet", "--give-up-after", "1s");
        assertThat(run.code()).isZero();
        Matcher later = Pattern.compile("(cat .*) \\| java -jar taskstream-run.jar (.*)\n")
                .matcher(run.said());
        assertThat(later.find()).isTrue();
        server = new FakeServer(port);

        Run second = run(("--quiet " + later.group(2)).split(" "));
        try (var in = second.process().getOutputStream()) {
            new ProcessBuilder("/bin/sh", "-c", later.group(1))
                    .start()
                    .getInputStream()
                    .transferTo(in);
        }

        assertThat(second.code()).isZero();
        assertThat(published()).hasLineCount(3_000_000).endsWith("\n2999999\n3000000\n");
        assertThat(server.events()).containsExactly("{\"type\":\"done\",\"status\":\"completed\"}");
    }

    /** Another run would go on behind what was dropped: nothing could put it in its place any more. */
    @Test
    void aLaterRunPublishesAllOrNothing() throws Exception {
        Run run = run("--spool", "1k", "--continue", "run-1@0", server.url() + "/tasks/build");
        try (var in = run.process().getOutputStream()) {
            in.write("a line\n".repeat(1000).getBytes(UTF_8));
        }

        assertThat(run.code()).isEqualTo(75);
        assertThat(run.said()).contains("nothing was published").contains("--spool");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aPipeThatIsPublishedWithGapsIs75() throws Exception {
        int port = server.port();
        server.close();
        Run run = run("--spool", "1k", server.url() + "/tasks/build");
        try (var in = run.process().getOutputStream()) {
            in.write("a line\n".repeat(1000).getBytes(UTF_8));
        }
        await(() -> run.err().soFar().contains("not all of it"));
        server = new FakeServer(port);

        assertThat(run.code()).isEqualTo(75);
        assertThat(published()).contains("the spool was full");
    }

    @Test
    void aSignalAfterTheCommandsEndEndsTheWaitForTheServer() throws Exception {
        server.close();
        Run run = command("echo one; exit 3", "--give-up-after", "0");
        await(() -> run.err().soFar().contains("Ctrl-C"));

        run.process().toHandle().destroy();

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.said()).contains("gave up");
    }

    @Test
    void aSpoolThatIsFullLosesLinesAndNoTime() throws Exception {
        int port = server.port();
        server.close();
        Path end = temporary.resolve("end");
        Run run = command("seq 1 100000; touch " + end, "--spool", "10k");
        await(() -> Files.exists(end));
        server = new FakeServer(port);

        assertThat(run.code()).isZero();
        assertThat(run.printed()).hasLineCount(100_000);
        Matcher notice = Pattern.compile("\n\\[taskstream: (\\d+) bytes were not published, the spool was full]\n$")
                .matcher(published());
        assertThat(notice.find()).isTrue();
        String kept = published().substring(0, notice.start() + 1);
        assertThat(run.printed()).startsWith(kept);
        assertThat(Long.parseLong(notice.group(1))).isEqualTo(run.printed().length() - kept.length());
    }
}
