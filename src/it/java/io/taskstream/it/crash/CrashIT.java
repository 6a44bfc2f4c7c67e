package io.taskstream.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.Calls;
import io.taskstream.it.wire.KeyedProducer;
import io.taskstream.it.wire.LineProducer;
import io.taskstream.it.wire.Producer;
import io.taskstream.it.wire.ResumingViewer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The server is killed as by {@code kill -9} at random moments, with producers at full speed and viewers that reconnect.
 * {@code -Dcrash.kills} sets the number of kills; the long form is 20.
 */
@Tag("crash")
@MainlyOn("wildfly")
class CrashIT {

    private static final int KILLS = Integer.getInteger("crash.kills", 2);
    private static final int KEYED = 4;
    private static final int STREAMING = 2;
    private static final int SHORTEST_MILLIS = 200;
    private static final int LONGEST_MILLIS = 4_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String name = System.getProperty("it.server");
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final List<Producer> producers = new ArrayList<>();
    private final List<ResumingViewer> viewers = new ArrayList<>();

    @Test
    void whatWasAcknowledgedIsThereInOrderAndOnceAfterEveryKill() {
        var options = ServerOptions.in(Path.of("target", "it", name + "-crash"))
                .with("taskstream.log.durability", "sync")
                .with("taskstream.log.events", "1000000000");
        try (Server server = Server.create(name, options)) {
            server.start();
            server.deploy(Path.of(System.getProperty("it.war")));
            var calls = new Calls(server.url());
            calls.awaitApplication();
            begin(calls);
            for (int kill = 1; kill <= KILLS; kill++) {
                Await.sleep(Duration.ofMillis(random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS)));
                server.crash();
                server.start();
                calls.awaitApplication();
                checkAll();
            }
            producers.forEach(Producer::stop);
            checkAll();
            check(calls);
        }
    }

    private void begin(Calls calls) {
        for (int i = 0; i < KEYED + STREAMING; i++) {
            String task = "crash-" + i;
            calls.create(task);
            var viewer = calls.watch(task);
            viewers.add(viewer);
            producers.add(
                    i < KEYED
                            ? new KeyedProducer(calls, task, viewer::last, Duration.ZERO)
                            : new LineProducer(calls, task, viewer::last));
        }
        producers.forEach(Producer::start);
    }

    private void checkAll() {
        String why = "seed " + seed;
        assertThat(producers).as(why).extracting(Producer::problem).containsOnly("");
        assertThat(viewers).as(why).extracting(ResumingViewer::problem).containsOnly("");
    }

    /** Finishes every task, and reads it again from its first event: it has all acknowledged events, and the terminal one. */
    private void check(Calls calls) {
        long found = 0;
        for (int i = 0; i < producers.size(); i++) {
            Producer producer = producers.get(i);
            var done = calls.publish(producer.task(), "application/json", BodyPublishers.ofString(Producer.DONE));
            assertThat(done.orElseThrow().statusCode()).isEqualTo(200);
            viewers.get(i).awaitEnd(PATIENCE);
            var fresh = calls.watch(producer.task());
            fresh.awaitEnd(PATIENCE);
            assertThat(fresh.problem()).isEmpty();
            assertThat(fresh.last()).isEqualTo(producer.acknowledged() + 1);
            assertThat(viewers.get(i).problem()).isEmpty();
            assertThat(viewers.get(i).last()).isEqualTo(fresh.last());
            assertThat(viewers.get(i).epoch()).isEqualTo(fresh.epoch());
            found += fresh.last() - 1;
        }
        System.out.printf(
                "%s, %d kills: %,d events acknowledged, %,d found; %,d answers lost, and %,d events found that had not"
                        + " been acknowledged then; %d resumes of %d viewers, no hole, no repeat%n",
                name,
                KILLS,
                producers.stream().mapToLong(Producer::acknowledged).sum(),
                found,
                producers.stream().mapToLong(Producer::doubts).sum(),
                producers.stream().mapToLong(Producer::unacknowledgedFound).sum(),
                viewers.stream().mapToLong(ResumingViewer::resumes).sum(),
                viewers.size());
    }
}
