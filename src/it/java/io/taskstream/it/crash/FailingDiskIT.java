package io.taskstream.it.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.eventlog.embedded.EmbeddedEventLog;
import io.taskstream.eventlog.embedded.EmbeddedOptions;
import io.taskstream.eventlog.embedded.Retention;
import io.taskstream.it.Api;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.Calls;
import io.taskstream.metrics.LogMeters;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client and an operator see when the log's directory is full, read-only, or in use by another server. */
@Tag("crash")
@MainlyOn("wildfly")
class FailingDiskIT {

    private static final String NAME = System.getProperty("it.server");
    private static final Path WAR = Path.of(System.getProperty("it.war"));
    private static final Path DIRECTORY =
            Path.of("target", "it", NAME + "-disk").toAbsolutePath();
    private static final Server SERVER = Server.create(
            NAME,
            ServerOptions.in(Path.of("target", "it", NAME + "-failing"))
                    .with("taskstream.log.directory", DIRECTORY.toString()));
    private static final Api API = new Api(SERVER.url());
    private static final Calls CALLS = new Calls(SERVER.url());
    private static final String TASK = "full";
    private static final String PADDING = "x".repeat(20_000);
    private static final int MANY = 10_000;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long WHILE_FULL = 6_000_000_000L;

    private boolean deployed;

    @BeforeAll
    static void start() {
        SERVER.start();
    }

    @AfterAll
    static void end() {
        SERVER.close();
    }

    private void deploy() {
        SERVER.deploy(WAR);
        deployed = true;
        CALLS.awaitApplication();
    }

    @AfterEach
    void undeploy() {
        if (deployed) {
            SERVER.undeploy("taskstream");
        }
    }

    @Test
    void aFullDiskLosesNothingAndWhenThereIsRoomAllGoesOn() {
        var mounted = SmallDisk.mount(DIRECTORY, "8m");
        assumeTrue(mounted.isPresent(), "Nothing may be mounted here");
        try (SmallDisk disk = mounted.get()) {
            deploy();
            API.send("PUT", "/tasks/" + TASK, null, "");
            var viewer = CALLS.watch(TASK);
            assertReady(200);
            int next = publishUntilFull();
            assertReady(503);
            assertThat(API.task(TASK).getInt("events")).isGreaterThanOrEqualTo(next - 1);
            assertThat(API.get("/tasks/" + TASK + "/events?limit=10").statusCode())
                    .isEqualTo(200);
            var late = CALLS.watch(TASK);
            next = publishWhileFull(next);
            int kept = next - 1;
            Await.until("a late viewer gets what is kept", SOON, () -> late.last() >= kept);

            disk.remount("size=64m");
            long start = System.nanoTime();
            Await.until("publishing works again", SOON, () -> publish(kept + 1).statusCode() == 200);
            System.out.printf(
                    "%s: with a full disk %,d events were kept; room was noticed after %.1f s%n",
                    NAME, kept, (System.nanoTime() - start) / 1e9);
            assertThat(publish(kept + 2).statusCode()).isEqualTo(200);
            Await.until("it is ready again", SOON, () -> ready().statusCode() == 200);
            API.publish(TASK, "{\"type\":\"done\"}");
            viewer.awaitEnd(SOON);
            late.awaitEnd(SOON);
            assertThat(viewer.problem()).isEmpty();
            assertThat(late.problem()).isEmpty();
            assertThat(late.last()).isEqualTo(kept + 3);
            undeploy();
            deployed = false;
        }
    }

    private static void assertReady(int status) {
        HttpResponse<String> answer = ready();
        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(status);
    }

    private static HttpResponse<String> ready() {
        return API.get("/health/ready");
    }

    /** Returns the number of the first refused event. */
    private static int publishUntilFull() {
        for (int i = 1; i < MANY; i++) {
            HttpResponse<String> answer = publish(i);
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode())
                        .describedAs("event %d: %s", i, answer.body())
                        .isEqualTo(503);
                assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                        .startsWith("application/problem+json");
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                JsonObject problem = Api.json(answer);
                System.out.println(NAME + ": " + problem);
                assertThat(problem.getString("detail")).contains("written");
                return i;
            }
        }
        throw new AssertionError("The disk is never full");
    }

    /** Publishes for some seconds; the journal may find some space meanwhile. Returns the number of the first refused event. */
    private static int publishWhileFull(int refused) {
        int next = refused;
        long start = System.nanoTime();
        while (System.nanoTime() - start < WHILE_FULL) {
            HttpResponse<String> answer = publish(next);
            assertThat(answer.statusCode()).isIn(200, 503);
            next += answer.statusCode() == 200 ? 1 : 0;
            Calls.pause();
        }
        return next;
    }

    private static HttpResponse<String> publish(int number) {
        return API.post(
                "/tasks/" + TASK + "/events",
                "application/json",
                "{\"n\":" + number + ",\"padding\":\"" + PADDING + "\"}",
                "Idempotency-Key",
                "number " + number);
    }

    @Test
    void aDirectoryThatAnotherProcessUsesRefusesTheDeployment() throws IOException {
        Files.createDirectories(DIRECTORY);
        try (var other = openHere()) {
            assertThat(other.trouble()).isEmpty();
            assertThatThrownBy(() -> SERVER.deploy(WAR)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(Files.readString(SERVER.log())).contains("is open in another process");
        deploy();
    }

    /** Locks the directory as another server does. */
    private static EmbeddedEventLog openHere() {
        var retention = new Retention(Duration.ofDays(1), 1_000, 1 << 20, 1 << 20, Duration.ofDays(1));
        return new EmbeddedEventLog(
                new EmbeddedOptions(DIRECTORY.toString(), Durability.SYNC, retention, 1 << 20, 1),
                InstantSource.system(),
                new Random(),
                Runnable::run,
                Thread::new,
                LogMeters.create(),
                () -> 0);
    }

    @Test
    void aReadOnlyDirectoryServesReadsAndPublishingGoesOnWhenItCanBeWritten() {
        var mounted = SmallDisk.mount(DIRECTORY, "32m");
        assumeTrue(mounted.isPresent(), "Nothing may be mounted here");
        try (SmallDisk disk = mounted.get()) {
            deploy();
            API.send("PUT", "/tasks/" + TASK, null, "");
            assertThat(publish(1).statusCode()).isEqualTo(200);
            undeploy();

            disk.remount("ro");
            deploy();
            assertThat(API.task(TASK).getInt("events")).isEqualTo(1);
            assertThat(API.get("/tasks/" + TASK + "/events").body()).contains("\"n\":1");
            var viewer = CALLS.watch(TASK);
            Await.until("the viewer gets what is kept", SOON, () -> viewer.last() == 1);
            assertRefused(publish(2));
            assertRefused(API.send("PUT", "/tasks/another", null, ""));
            assertReady(503);
            assertThat(ready().body()).contains("Read-only");

            disk.remount("rw");
            Await.until("publishing works", SOON, () -> publish(2).statusCode() == 200);
            Await.until("it is ready", SOON, () -> ready().statusCode() == 200);
            API.publish(TASK, "{\"type\":\"done\"}");
            viewer.awaitEnd(SOON);
            assertThat(viewer.problem()).isEmpty();
            assertThat(viewer.last()).isEqualTo(3);
            undeploy();
            deployed = false;
        }
    }

    @Test
    void anEmptyDirectoryThatIsReadOnlyIsSaidAndOpenedWhenItCanBeWritten() {
        var mounted = SmallDisk.mount(DIRECTORY, "8m");
        assumeTrue(mounted.isPresent(), "Nothing may be mounted here");
        try (SmallDisk disk = mounted.get()) {
            disk.remount("ro");
            SERVER.deploy(WAR);
            deployed = true;
            Await.until("it says what is wrong", SOON, () -> ready().body().contains(DIRECTORY.toString()));
            assertReady(503);
            assertRefused(API.send("PUT", "/tasks/" + TASK, null, ""));
            assertRefused(API.get("/tasks"));

            disk.remount("rw");
            CALLS.awaitApplication();
            assertReady(200);
            API.createTask();
            undeploy();
            deployed = false;
        }
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(Api.json(answer).getString("detail")).isNotEmpty();
    }
}
