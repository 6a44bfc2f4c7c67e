package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as users start it: in its own process, with real commands. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MainTest {

    @TempDir
    Path temporary;

    private final List<Process> started = new ArrayList<>();
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
        server.close();
    }

    /** A started runner, and what it prints. */
    private record Run(Process process, Output out, Output err) {

        int code() throws InterruptedException {
            return process.waitFor();
        }

        String printed() {
            return out.all();
        }

        String said() {
            return err.all();
        }
    }

    private static final class Output {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<Void> end;

        Output(InputStream in) {
            // The common pool may have one thread, which one output would keep from all others.
            end = CompletableFuture.runAsync(
                    () -> {
                        try {
                            in.transferTo(bytes);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    work -> new Thread(work, "output").start());
        }

        String soFar() {
            return bytes.toString(UTF_8);
        }

        String all() {
            end.join();
            return soFar();
        }
    }

    private Run run(String... arguments) throws IOException {
        return run(List.of(), Map.of(), arguments);
    }

    private Run run(List<String> shell, Map<String, String> environment, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(shell);
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                Path.of(Main.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString(),
                Main.class.getName()));
        line.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(line);
        builder.environment().put("TASKSTREAM_TOKEN", "secret");
        builder.environment().put("KEPT", "kept");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Run(process, new Output(process.getInputStream()), new Output(process.getErrorStream()));
    }

    private Run command(String script, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(Arrays.asList(options));
        arguments.addAll(List.of(server.url() + "/tasks/build", "--", "/bin/sh", "-c", script));
        return run(arguments.toArray(new String[0]));
    }

    private String published() {
        return new String(server.text(), UTF_8);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void bothOutputsAreShownAndPublishedInTheirOrder() throws Exception {
        Run run = command("for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done; printf $KEPT; pwd; exit 3");

        assertThat(run.code()).isEqualTo(3);
        String expected = "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\nout 4\nerr 4\nout 5\nerr 5\nkept"
                + Path.of("").toAbsolutePath() + "\n";
        assertThat(run.printed()).isEqualTo(expected);
        assertThat(published()).isEqualTo(expected);
        assertThat(run.said()).isEmpty();
        assertThat(server.events())
                .containsExactly("{\"type\":\"done\",\"status\":\"failed\",\"message\":\"exit code 3\"}");
        assertThat(server.violations).isEmpty();
        assertThat(server.tokens).containsOnly("Bearer secret");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void theCommandReadsTheRunnersInput() throws Exception {
        Run run = command("while read line; do echo got $line; done", "--quiet");
        try (var in = run.process.getOutputStream()) {
            in.write("one\ntwo\n".getBytes(UTF_8));
        }

        assertThat(run.code()).isZero();
        assertThat(published()).isEqualTo("got one\ngot two\n");
        assertThat(run.printed()).isEmpty();
        assertThat(server.events()).containsExactly("{\"type\":\"done\",\"status\":\"completed\"}");
    }

    @Test
    void aPipeIsPublished() throws Exception {
        Run run = run(server.url() + "/tasks/build");
        try (var in = run.process.getOutputStream()) {
            in.write("one\ntwo".getBytes(UTF_8));
        }

        assertThat(run.code()).isZero();
        assertThat(run.printed()).isEqualTo("one\ntwo");
        assertThat(published()).isEqualTo("one\ntwo");
        assertThat(server.events()).containsExactly("{\"type\":\"done\",\"status\":\"completed\"}");
    }

    @Test
    void aCommandThatIsNotThereFailsTheTask() throws Exception {
        Run run = run(server.url() + "/tasks/build", "--", "/no/such/command");

        assertThat(run.code()).isEqualTo(127);
        assertThat(run.said()).startsWith("taskstream: cannot run the command");
        assertThat(server.events().get(0)).contains("\"failed\"").contains("/no/such/command");
    }

    @Test
    void aCommandThatMayNotBeRunIs126() throws Exception {
        Path file = Files.writeString(temporary.resolve("script"), "#!/bin/sh\n");
        Run run = run(server.url() + "/tasks/build", "--", file.toString());

        assertThat(run.code()).isEqualTo(126);
    }

    @Test
    void aCommandWithoutInputReadsNothing() throws Exception {
        Run run = run(
                List.of("/bin/sh", "-c", "exec \"$@\" <&-", "sh"),
                Map.of(),
                server.url() + "/tasks/build",
                "--",
                "head",
                "-c",
                "10");

        assertThat(run.code()).isZero();
        assertThat(run.printed()).isEmpty();
    }

    @Test
    void argumentsThatJavaCannotReadAreRefused() throws Exception {
        Run run = run(List.of(), Map.of("LC_ALL", "C"), server.url() + "/tasks/build", "--", "echo", "gr\u00f6\u00dfe");

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.said()).contains("LC_ALL=C.UTF-8");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aWrongCommandLineIs64() throws Exception {
        Run run = run("http://host/tasks/build", "make");

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.said()).startsWith("taskstream: ").contains("--help");
    }

    @Test
    void cancellingSendsSigterm() throws Exception {
        Run run = command("trap 'echo stopping; exit 5' TERM; echo ready; while :; do sleep 0.1; done");
        await(() -> published().equals("ready\n"));

        server.emit("{\"type\":\"cancel_requested\"}");

        assertThat(run.code()).isEqualTo(5);
        assertThat(published()).isEqualTo("ready\nstopping\n");
        assertThat(server.events().get(1)).startsWith("{\"type\":\"done\",\"status\":\"cancelled\"");
    }

    @Test
    void aCommandThatIgnoresItIsKilledWithItsChildren() throws Exception {
        Run run = command("trap '' TERM; sleep 600 & echo $!; while :; do sleep 0.1; done", "--grace", "1s");
        await(() -> published().endsWith("\n"));
        long child = Long.parseLong(published().strip());
        assertThat(ProcessHandle.of(child)).isPresent();

        server.emit("{\"type\":\"cancel_requested\"}");

        assertThat(run.code()).isEqualTo(137);
        await(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
        assertThat(server.events().get(1)).startsWith("{\"type\":\"done\",\"status\":\"cancelled\"");
    }

    /** SIGHUP is passed on likewise. It can't be tested everywhere: nohup makes all its children ignore it. */
    @Test
    void aSignalGoesToTheCommandAndTheRunnerPublishesItsEnd() throws Exception {
        Run run = command("trap 'echo got it; exit 7' TERM; echo ready; while :; do sleep 0.1; done");
        await(() -> published().equals("ready\n"));

        new ProcessBuilder("/bin/sh", "-c", "kill -TERM " + run.process.pid())
                .start()
                .waitFor();

        assertThat(run.code()).isEqualTo(7);
        assertThat(published()).isEqualTo("ready\ngot it\n");
        assertThat(server.events().get(0)).contains("exit code 7");
    }

    @Test
    void aKilledCommandsCodeIsTheShells() throws Exception {
        Run run = command("kill -9 $$");

        assertThat(run.code()).isEqualTo(137);
        assertThat(server.events().get(0)).contains("exit code 137");
    }

    @Test
    void aChildThatHoldsThePipeDelaysNothing() throws Exception {
        Run run = command("sleep 600 & echo $!");

        assertThat(run.code()).isZero();
        ProcessHandle.of(Long.parseLong(published().strip())).ifPresent(ProcessHandle::destroyForcibly);
        assertThat(server.events()).containsExactly("{\"type\":\"done\",\"status\":\"completed\"}");
    }

    @Test
    void whatAChildWritesAfterTheCommandsEndIsPublished() throws Exception {
        Run run = command("(for i in 1 2 3; do sleep 1; echo line $i; done) & echo started");

        assertThat(run.code()).isZero();
        assertThat(published()).isEqualTo("started\nline 1\nline 2\nline 3\n");
        assertThat(run.printed()).isEqualTo(published());
    }

    /** As {@code exec > >(…)} of other shells, with a reader that is slower than the command. */
    @Test
    void whatPassesThroughAChildIsWhole() throws Exception {
        Run run = command("{ seq 2000; echo BUILD FAILURE; }"
                + " | { sleep 0.5; while IFS= read -r l; do echo \"t $l\"; done; } & exit 3");

        assertThat(run.code()).isEqualTo(3);
        assertThat(published()).hasLineCount(2001).startsWith("t 1\nt 2\n").endsWith("\nt 2000\nt BUILD FAILURE\n");
    }

    @Test
    void aSignalEndsTheWaitForAChildThatWritesForEver() throws Exception {
        Run run = command("(while :; do sleep 0.3; echo more; done) & echo $!; exit 3");
        await(() -> published().contains("more"));
        long child = Long.parseLong(published().lines().findFirst().orElseThrow());
        TimeUnit.SECONDS.sleep(4);

        run.process.toHandle().destroy();

        assertThat(run.process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(run.code()).isEqualTo(3);
        ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
        assertThat(server.events().get(0)).contains("exit code 3");
        assertThat(server.violations).isEmpty();
    }

    @Test
    void theCommandRunsWithoutAServerAndItsOutputArrivesLater() throws Exception {
        int port = server.port();
        server.close();
        Run run = command("seq 1 20000");
        await(() -> run.err.soFar().contains("the server is away"));

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
        try (var in = second.process.getOutputStream()) {
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
        try (var in = second.process.getOutputStream()) {
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
        try (var in = run.process.getOutputStream()) {
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
        try (var in = run.process.getOutputStream()) {
            in.write("a line\n".repeat(1000).getBytes(UTF_8));
        }
        await(() -> run.err.soFar().contains("not all of it"));
        server = new FakeServer(port);

        assertThat(run.code()).isEqualTo(75);
        assertThat(published()).contains("the spool was full");
    }

    @Test
    void aSignalAfterTheCommandsEndEndsTheWaitForTheServer() throws Exception {
        server.close();
        Run run = command("echo one; exit 3", "--give-up-after", "0");
        await(() -> run.err.soFar().contains("Ctrl-C"));

        run.process.toHandle().destroy();

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
