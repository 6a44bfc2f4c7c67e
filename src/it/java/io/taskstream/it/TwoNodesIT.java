package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.testing.RedisServer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A WildFly and a Payara that share a Redis, behind nginx. Runs once, not for each server. */
@Tag("once")
@EnabledIfSystemProperty(named = "it.server", matches = "payara")
class TwoNodesIT {

    private static final int TASKS = 8;
    private static final int VIEWERS_OF_A_TASK = 50;

    /** From kill to kill, or longer while no node is there. */
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** How long nodes are killed; minutes show more. */
    private static final Duration KILLING = Duration.ofSeconds(Integer.getInteger("it.kill.seconds", 20));

    private static final List<Server> NODES = new ArrayList<>();
    private static RedisServer redis;
    private static Proxy nginx;

    @BeforeAll
    static void start() {
        redis = new RedisServer("--appendonly", "yes");
        for (String name : List.of("wildfly", "payara")) {
            Server node = Server.create(
                    name,
                    ServerOptions.in(Path.of("target", "nodes", name))
                            .with("taskstream.log.engine", "redis")
                            .with("taskstream.redis.url", redis.uri()));
            NODES.add(node);
            node.start();
            node.deploy(Path.of(System.getProperty("it.war")));
            awaitApplication(node);
        }
        nginx = Proxy.startPlainNginx(NODES.get(0).url(), NODES.get(1).url());
    }

    @AfterAll
    static void stop() {
        nginx.close();
        NODES.forEach(Server::close);
        redis.close();
    }

    @Test
    void anyNodeServesAnyTask() {
        var first = new Api(NODES.get(0).url());
        var second = new Api(NODES.get(1).url());
        String task = first.createTask();
        String event = first.publish(task, "1");
        assertThat(second.task(task).getString("lastEventId")).isEqualTo(event);
        assertThat(second.post("/tasks/" + task + "/cancel", "application/json", "")
                        .statusCode())
                .isEqualTo(202);
        assertThat(first.task(task).getInt("events")).isEqualTo(2);
        assertThat(second.send("DELETE", "/tasks/" + task, null, "").statusCode())
                .isEqualTo(204);
        assertThat(first.get("/tasks/" + task).statusCode()).isEqualTo(404);
    }

    @Test
    void whateverNodeIsKilledEveryAcknowledgedEventReachesEveryViewerOnce() throws Exception {
        var api = new Api(nginx.url());
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<PersistentPublisher> publishers = new ArrayList<>();
        List<List<ResumingViewer>> viewers = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            String task = api.createTask();
            viewers.add(Stream.generate(() -> new ResumingViewer(client, api.at("/tasks/" + task + "/stream")))
                    .limit(VIEWERS_OF_A_TASK)
                    .toList());
            publishers.add(new PersistentPublisher(nginx.url(), task));
        }
        int kills;
        try {
            kills = killNodes();
        } catch (RuntimeException | Error e) {
            recordThreads();
            report("a node did not come back", publishers, viewers);
            throw e;
        }
        for (PersistentPublisher publisher : publishers) {
            publisher.finish();
        }
        for (int i = 0; i < TASKS; i++) {
            List<String> log = log(api, publishers.get(i).task());
            assertThat(log).doesNotHaveDuplicates();
            publishers
                    .get(i)
                    .acknowledged()
                    .forEach((sequence, event) ->
                            assertThat(log.get((int) (sequence - 1))).isEqualTo(event));
            for (ResumingViewer viewer : viewers.get(i)) {
                Await.until(
                        "the viewer has all",
                        PATIENCE,
                        () -> viewer.hasAll() || !viewer.problem().isEmpty());
                assertThat(viewer.problem()).isEmpty();
                assertThat(viewer.data()).isEqualTo(log);
            }
        }
        report(kills + " kills", publishers, viewers);
    }

    /** Kills nodes, whether the other one is there or not, and answers how many when all are back. */
    private static int killNodes() {
        var random = new Random();
        List<CompletableFuture<Void>> comingBack =
                new ArrayList<>(Collections.nCopies(NODES.size(), CompletableFuture.completedFuture(null)));
        int kills = 0;
        for (long end = System.nanoTime() + KILLING.toNanos(); System.nanoTime() < end; kills++) {
            Await.sleep(BETWEEN_KILLS);
            Await.until("a node is there", PATIENCE, () -> comingBack.stream().anyMatch(CompletableFuture::isDone));
            int index = random.nextInt(NODES.size());
            int killed = comingBack.get(index).isDone() ? index : 1 - index;
            comingBack.get(killed).join();
            comingBack.set(killed, CompletableFuture.runAsync(() -> killAndStart(NODES.get(killed))));
        }
        comingBack.forEach(CompletableFuture::join);
        return kills;
    }

    private static void killAndStart(Server node) {
        node.crash();
        node.start();
        awaitApplication(node);
    }

    /** For whoever asks why a node did not come back: what each of them is at, now and a little later. */
    private static void recordThreads() throws IOException {
        for (int i = 0; i < 3; i++) {
            for (Server node : NODES) {
                Path file = Path.of("target", "nodes", "threads-%d-%d.txt".formatted(NODES.indexOf(node), i));
                Files.writeString(file, node.cpuTime() + "\n" + node.threads());
            }
            Await.sleep(Duration.ofSeconds(1));
        }
    }

    private static void awaitApplication(Server node) {
        var api = new Api(node.url());
        Await.until("the application answers", PATIENCE, () -> answers(api));
    }

    /** A server that listens may still be loading its applications: it has its own answers until then, or none. */
    private static boolean answers(Api api) {
        try {
            return api.get("/tasks?limit=1").statusCode() == 200;
        } catch (AssertionError e) {
            return false;
        }
    }

    private static List<String> log(Api api, String task) {
        List<String> log = new ArrayList<>();
        String after = "";
        while (true) {
            JsonObject page = Api.json(api.get("/tasks/" + task + "/events?limit=1000" + after));
            page.getJsonArray("events")
                    .getValuesAs(JsonObject.class)
                    .forEach(event -> log.add(event.get("data").toString()));
            if (page.isNull("next")) {
                return log;
            }
            after = "&after=" + page.getString("next");
        }
    }

    private static void report(String what, List<PersistentPublisher> publishers, List<List<ResumingViewer>> viewers) {
        var counts = new TreeMap<String, Integer>();
        publishers.forEach(
                each -> counts.merge("events acknowledged", each.acknowledged().size(), Integer::sum));
        publishers.forEach(each -> counts.merge("posts repeated", each.repeats(), Integer::sum));
        viewers.stream().flatMap(List::stream).forEach(each -> {
            counts.merge("viewers", 1, Integer::sum);
            counts.merge("events seen", each.data().size(), Integer::sum);
            counts.merge("returns of viewers", each.returns(), Integer::sum);
        });
        System.out.println("Two nodes, " + what + ": " + counts);
    }
}
