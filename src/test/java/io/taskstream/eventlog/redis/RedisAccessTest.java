package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.RedisCertificate;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.AbstractStringAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis with TLS and a password. */
@Tag("redis")
final class RedisAccessTest {

    private static final TaskId TASK = new TaskId("task");
    private static final Pattern ACL = Pattern.compile("ACL SETUSER app (.*)");

    @TempDir
    private Path directory;

    private RedisCertificate certificate;
    private RedisServer server;
    private RedisEngines engines;
    private int port;

    @BeforeEach
    void start() throws Exception {
        certificate = RedisCertificate.in(directory);
        port = RedisServer.freePort();
        server = new RedisServer(certificate.options(port));
        Matcher acl = ACL.matcher(Files.readString(Path.of("src/docs/redis.md")));
        assertThat(acl.find()).as("the documented user").isTrue();
        String permissions = acl.group(1).replace("'", "");
        assertThat(server.cli(("acl setuser app " + permissions).split(" ", -1)))
                .isEqualTo("OK");
        engines = new RedisEngines();
    }

    @AfterEach
    void stop() {
        engines.close();
        server.close();
    }

    private EventLog open(String uri, @Nullable Path trust) {
        return engines.open(
                new RedisConfig.Server(List.of(uri), false, "taskstream:", 0, trust), RedisEngines.RETENTION);
    }

    private String byTls(String password) {
        return "rediss://app:" + password + "@127.0.0.1:" + port;
    }

    @Test
    void theDocumentedUserMayDoAllThatIsNeededByTls() {
        try (EventLog near = open(byTls("secret"), certificate.certificate());
                EventLog far = open(byTls("secret"), certificate.certificate())) {
            assertThat(near.trouble()).isEmpty();
            near.countViewersBy(task -> 3);
            assertThat(near.create(Task.open(TASK, "Task", Map.of("k", "v"), Instant.EPOCH)))
                    .isTrue();
            try (var here = new FollowingViewer(near, TASK);
                    var viewer = new FollowingViewer(far, TASK)) {
                join(near.append(TASK, Events.batch("1")));
                await("woken", () -> viewer.lines().contains("data: 1"));
                await("woken here", () -> here.lines().contains("data: 1"));
                await("counted", () -> far.find(TASK).orElseThrow().viewersElsewhere() == 3);
                assertThat(far.list(new TaskQuery(null, Map.of(), 10, null))).hasSize(1);
                assertThat(far.history(TASK, 0, 10)).hasSize(1);
                await("tasks are counted", () -> near.usage().tasks() == 1);
                assertThat(near.delete(TASK)).isTrue();
                await("told", viewer::isGone);
            }
            assertThat(server.cli("acl", "log")).isEmpty();
        }
    }

    @Test
    void aWrongPasswordIsSaidAndNotShown() {
        try (EventLog log = open(byTls("guessed"), certificate.certificate())) {
            assertTrouble(log, "WRONGPASS").contains("" + port).doesNotContain("guessed");
            server.cli("acl", "setuser", "app", ">guessed");
            await("it is right now", () -> log.trouble().isEmpty());
        }
    }

    /** On a busy machine the first attempts may fail for lack of time. */
    private static AbstractStringAssert<?> assertTrouble(EventLog log, String cause) {
        await("it is said", () -> log.trouble().orElse("").contains(cause));
        return assertThat(log.trouble().orElseThrow());
    }

    @Test
    void aServerForWhichNobodyVouchesIsNotTrusted() {
        try (EventLog log = open(byTls("secret"), null)) {
            assertTrouble(log, "unable to find valid certification path").doesNotContain("secret");
        }
    }

    @Test
    void aServerOfAnotherNameIsNotTrusted() {
        try (EventLog log = open(byTls("secret").replace("127.0.0.1", "localhost"), certificate.certificate())) {
            assertTrouble(log, "localhost").doesNotContain("secret");
        }
    }
}
