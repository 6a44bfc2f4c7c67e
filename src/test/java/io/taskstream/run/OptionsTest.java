package io.taskstream.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    private static Options options(String line) throws Options.WrongUsage {
        return new Options(List.of(line.split(" ")));
    }

    @ParameterizedTest
    @CsvSource({
        "http://host/tasks/build, http://host, build",
        "http://host:8080/tasks/build/, http://host:8080, build",
        "https://host/a/b/tasks/build, https://host/a/b, build",
        "http://host/tasks --id build, http://host, build",
        "http://host/ --id=build, http://host, build",
        "http://host --id build, http://host, build",
        "http://[::1]:80/ctx --id build, http://[::1]:80/ctx, build",
        "http://host/tasks/tasks, http://host, tasks",
        "http://host/tasks/a.B_~-9 --id a.B_~-9, http://host, a.B_~-9",
    })
    void theUrlNamesTheServerAndMayNameTheTask(String line, String server, String task) throws Exception {
        Options options = options(line);

        assertThat(options.server).isEqualTo(server);
        assertThat(options.task).isEqualTo(task);
        assertThat(options.isIdGenerated).isFalse();
    }

    @Test
    void anIdIsGeneratedIfThereIsNone() throws Exception {
        Options options = options("http://host/ctx/tasks");

        assertThat(options.server).isEqualTo("http://host/ctx");
        assertThat(options.isIdGenerated).isTrue();
        assertThat(options.task).matches("[0-9a-f-]{36}");
    }

    @Test
    void eachOptionIsRead() throws Exception {
        Options options = options("--title T --label a=1 --label b= --token t --quiet --give-up-after 2h --spool 64m "
                + "--grace=3s http://host/tasks/x -- mvn -q --title verify");

        assertThat(options.title).isEqualTo("T");
        assertThat(options.labels).isEqualTo(Map.of("a", "1", "b", ""));
        assertThat(options.token).isEqualTo("t");
        assertThat(options.isQuiet).isTrue();
        assertThat(options.giveUpAfter).isEqualTo(Duration.ofHours(2));
        assertThat(options.grace).isEqualTo(Duration.ofSeconds(3));
        assertThat(options.spool).isEqualTo(64 << 20);
        assertThat(options.command).containsExactly("mvn", "-q", "--title", "verify");
    }

    @Test
    void theDefaultsAreThoseOfTheHelp() throws Exception {
        Options options = options("http://host/tasks/x");

        assertThat(options.spool).isEqualTo(1 << 30);
        assertThat(options.giveUpAfter).isEqualTo(Duration.ofMinutes(15));
        assertThat(options.grace).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.status).isEqualTo("completed");
        assertThat(options.command).isEmpty();
        assertThat(Options.USAGE)
                .contains("(1g)")
                .contains("(15m)")
                .contains("(10s)")
                .contains("(completed)");
    }

    @Test
    void helpNeedsNothingElse() throws Exception {
        assertThat(options("--help").isHelp).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--quiet",
                "ftp://host/tasks/x",
                "host/tasks/x",
                "http:///tasks/x",
                "http://user:secret@host/tasks/x",
                "http://host/tasks/x?secret",
                "http://host/tasks/x#secret",
                "http://host/tasks/x/stream",
                "http://host/tasks/a%20b",
                "http://host/tasks/..",
                "http://host/tasks/x --id y",
                "http://host/tasks/x --",
                "http://host/tasks/x mvn verify",
                "http://host/tasks/x --unknown",
                "http://host/tasks/x --title",
                "http://host/tasks/x --label a",
                "http://host/tasks/x --label =a",
                "http://host/tasks/x --spool 1t",
                "http://host/tasks/x --give-up-after soon",
                "http://host/tasks/x --token secret\u20ac",
                "http://host/tasks/x --tokn=secret",
                "http://host/tasks/x --status open",
                "http://host/tasks/x --status failed -- true",
                "http://host/tasks/x --continue there",
            })
    void aWrongCommandLineIsExplainedWithoutTheToken(String line) {
        assertThatThrownBy(() -> options(line))
                .isInstanceOf(Options.WrongUsage.class)
                .message()
                .isNotEmpty()
                .doesNotContain("secret");
    }

    /** A pipe that may be published later, too, need not be dropped in part. */
    @Test
    void aLaterRunTakesAllThatAnEarlierHasKept() throws Exception {
        Options options = options("--continue run-1x@-4 http://host/tasks/x");

        assertThat(options.earlierUpload).isEqualTo("run-1x");
        assertThat(options.earlierOffset).isEqualTo(-4);
        assertThat(options.spool).isEqualTo(Long.MAX_VALUE);
        assertThat(options("http://host/tasks/x").spool).isEqualTo(1 << 30);
    }
}
