package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.Calls;
import io.taskstream.it.wire.KeyedProducer;
import io.taskstream.it.wire.NumberedLines;
import io.taskstream.it.wire.Producer;
import io.taskstream.it.wire.ResumingViewer;
import io.taskstream.it.wire.RunnerProcess;
import io.taskstream.testing.RedisServer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A WildFly and a Payara that share a Redis, behind nginx. Runs once, not for each server. */
@Tag("separate")
@EnabledIfSystemProperty(named = "it.server", matches = "payara")
class TwoNodesIT {

    private static final int TASKS = 8;
    private static final int VIEWERS_OF_A_TASK = 50;

    /** The time between kills, longer while no node runs. */
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration BETWEEN_POSTS = Duration.ofMillis(50);

    /** Hundreds of viewers that come back every second would keep a server from ever starting on a small machine. */
    private static final Duration BETWEEN_RETURNS = Duration.ofSeconds(8);

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
    void whateverNodeIsKilledEveryAcknowledgedEventReachesEveryViewerOnceAndTheOutputOfACommandIsWhole(
            @TempDir Path directory) throws IOException {
        var command = new NumberedLines(directory);
        List<String> options = List.of("--id", "two-nodes", nginx.url().toString());
        try (var runner = RunnerProcess.start(nginx.url(), directory, options, command.words(3))) {
            killUnderProducersAndViewers();
            command.stop();
            assertThat(runner.await(PATIENCE)).as(runner.messages()).isEqualTo(3);
            String text = command.text(3);
            assertThat(NumberedLines.difference(runner.shown(), text)).isEmpty();
            var api = new Api(nginx.url());
            assertThat(NumberedLines.difference(api.text("two-nodes"), text)).isEmpty();
            assertThat(api.task("two-nodes").getString("status")).isEqualTo("failed");
            System.out.printf("Two nodes: the runner published %,d bytes%n", text.length());
        }
    }

    private static void killUnderProducersAndViewers() throws IOException {
        var api = new Api(nginx.url());
        var calls = new Calls(nginx.url());
        List<Producer> producers = new ArrayList<>();
        List<List<ResumingViewer>> viewers = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            String task = api.createTask();
            List<ResumingViewer> watching = Stream.generate(
                            () -> calls.watch(task, BETWEEN_RETURNS, TwoNodesIT::isRight))
                    .limit(VIEWERS_OF_A_TASK)
                    .toList();
            viewers.add(watching);
            producers.add(new KeyedProducer(calls, task, watching.get(0)::last, BETWEEN_POSTS));
        }
        producers.forEach(Producer::start);
        int kills;
        try {
            kills = killNodes();
        } catch (RuntimeException | Error e) {
            recordThreads();
            report("a node did not come back", producers, viewers);
            throw e;
        }
        producers.forEach(Producer::stop);
        for (int i = 0; i < TASKS; i++) {
            Producer producer = producers.get(i);
            assertThat(producer.problem()).isEmpty();
            Await.until("the task is finished", PATIENCE, () -> finish(calls, producer.task()));
            List<String> published = LongStream.rangeClosed(1, producer.acknowledged())
                    .mapToObj(Producer::event)
                    .collect(Collectors.toCollection(ArrayList::new));
            published.add(Producer.DONE);
            assertThat(log(api, producer.task())).isEqualTo(published);
            for (ResumingViewer viewer : viewers.get(i)) {
                viewer.awaitEnd(PATIENCE);
                assertThat(viewer.problem()).isEmpty();
                assertThat(viewer.last()).isEqualTo(published.size());
            }
        }
        report(kills + " kills", producers, viewers);
    }

    private static boolean isRight(long sequence, String data) {
        return data.equals(Producer.event(sequence)) || data.equals(Producer.DONE);
    }

    private static boolean finish(Calls calls, String task) {
        var body = BodyPublishers.ofString(Producer.DONE);
        return calls.publish(task, "application/json", body, "Idempotency-Key", "done")
                .filter(answer -> answer.statusCode() == 200)
                .isPresent();
    }

    /** Kills nodes, whether or not the other one runs. Returns the number of kills when all run again. */
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

    /** Writes the threads of each node to files, now and a little later, to find out why a node did not start. */
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

    /** A server that listens may still be loading its applications: until then it answers itself, or not at all. */
    private static boolean answers(Api api) {
        try {
            return api.get("/tasks?limit=1").statusCode() == 200;
        } catch (AssertionError e) {
            return false;
        }
    }

    private static List<String> log(Api api, String task) {
        List<String> log = new ArrayList<>();
        api.eachEvent(task, event -> log.add(event.get("data").toString()));
        return log;
    }

    private static void report(String what, List<Producer> producers, List<List<ResumingViewer>> viewers) {
        var counts = new TreeMap<String, Long>();
        producers.forEach(each -> counts.merge("events acknowledged", each.acknowledged(), Long::sum));
        producers.forEach(each -> counts.merge("posts without an answer", (long) each.doubts(), Long::sum));
        viewers.stream().flatMap(List::stream).forEach(each -> {
            counts.merge("viewers", 1L, Long::sum);
            counts.merge("events seen", each.last(), Long::sum);
            counts.merge("returns of viewers", (long) each.resumes(), Long::sum);
        });
        System.out.println("Two nodes, " + what + ": " + counts);
    }
}
