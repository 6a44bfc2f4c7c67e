package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.Grant;
import io.taskstream.access.Permissions;
import io.taskstream.task.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CookiesTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Grant MINUTE = new Grant("ann", "s", Permissions.ALL, NOW.plusSeconds(60));

    @Test
    void theSessionIsForThisHostOnlyAndEndsWithTheToken() {
        assertThat(new Cookies(false).session("abc", MINUTE, "", NOW))
                .isEqualTo("__Host-taskstream=abc; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict");
    }

    @Test
    void aTokenWithoutEndMakesACookieForAsLongAsTheBrowserRuns() {
        assertThat(new Cookies(false).session("abc", new Grant("ann", "s", Permissions.ALL, Instant.MAX), "", NOW))
                .doesNotContain("Max-Age");
    }

    @Test
    void aPassIsForItsStreamOnly() {
        assertThat(new Cookies(true)
                        .pass(
                                new Credentials.Stream(List.of(new TaskId("t1")), "/tasks/t1/stream"),
                                "abc",
                                MINUTE,
                                "",
                                NOW))
                .isEqualTo(
                        "__Secure-taskstream-stream=abc; Path=/tasks/t1/stream; Max-Age=60; HttpOnly; Secure; SameSite=None");
    }

    @Test
    void thePassesOfStreamsOfSeveralTasksStandSideBySide() {
        String ab = passOf("a", "b");
        String ac = passOf("a", "c");
        assertThat(ab).matches("__Secure-taskstream-stream\\.[A-Za-z0-9_.-]{22,24}=abc; Path=/stream; .*");
        assertThat(ac.substring(0, ac.indexOf('='))).isNotEqualTo(ab.substring(0, ab.indexOf('=')));
        assertThat(passOf("a")).startsWith("__Secure-taskstream-stream.a=abc; Path=/stream; ");
    }

    private static String passOf(String... tasks) {
        List<TaskId> ids = Stream.of(tasks).map(TaskId::new).toList();
        return new Cookies(true).pass(new Credentials.Stream(ids, "/stream"), "abc", MINUTE, "", NOW);
    }

    @Test
    void loggingOutTakesTheCookieAway() {
        assertThat(new Cookies(false).noSession("")).startsWith("__Host-taskstream=; Path=/; Max-Age=0;");
        assertThat(new Cookies(false).noSession("/ts")).startsWith("__Secure-taskstream.ts=; Path=/ts; Max-Age=0;");
    }

    /** Browsers reject the prefix {@code __Host-} with any path but the whole host's. */
    @Test
    void atAnotherRootTheyAreForThatPathAndNoOtherServerTakesThem() {
        assertThat(new Cookies(false).session("abc", MINUTE, "/some/where", NOW))
                .isEqualTo("__Secure-taskstream.some.where=abc; Path=/some/where; Max-Age=60; HttpOnly; Secure;"
                        + " SameSite=Strict");
        assertThat(new Cookies(true)
                        .pass(
                                new Credentials.Stream(List.of(new TaskId("t1")), "/tasks/t1/stream"),
                                "abc",
                                MINUTE,
                                "/some/where",
                                NOW))
                .startsWith("__Secure-taskstream-stream=abc; Path=/some/where/tasks/t1/stream; Max-Age=60;");
        // A browser sends the cookie of /some to /some/where, too.
        assertThat(Cookies.session("/some")).isNotEqualTo(Cookies.session("/some/where"));
        assertThat(Cookies.session("/a(b)%20c")).isEqualTo("__Secure-taskstream.a.b..20c");
    }

    @Test
    void onlyABearerTokenIsAToken() {
        assertThat(Credentials.bearer("Bearer a.b-c_d~e+f/g==")).isEqualTo("a.b-c_d~e+f/g==");
        assertThat(Credentials.bearer("bearer abc")).isEqualTo("abc");
        assertThat(Credentials.bearer("Bearer")).isNull();
        assertThat(Credentials.bearer("Bearer a b")).isNull();
        assertThat(Credentials.bearer("Basic abc")).isNull();
        assertThat(Credentials.bearer(null)).isNull();
    }
}
