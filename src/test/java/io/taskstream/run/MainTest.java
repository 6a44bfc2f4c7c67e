package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program as users start it: in its own process, with real commands. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MainTest extends MainFixture {

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
        try (var in = run.process().getOutputStream()) {
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
        try (var in = run.process().getOutputStream()) {
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

        new ProcessBuilder("/bin/sh", "-c", "kill -TERM " + run.process().pid())
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
        // The last comes four seconds after the first: an earlier signal would be for the command.
        await(() -> published().lines().filter("more"::equals).count() > 14);
        long child = Long.parseLong(published().lines().findFirst().orElseThrow());

        run.process().toHandle().destroy();

        assertThat(run.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(run.code()).isEqualTo(3);
        ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
        assertThat(server.events().get(0)).contains("exit code 3");
        assertThat(server.violations).isEmpty();
    }
}
