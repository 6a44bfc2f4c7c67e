package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A publisher with manual time, and the server that it publishes to. */
abstract class PublisherFixture {

    @TempDir
    Path directory;

    final List<String> said = new ArrayList<>();
    final List<String> created = new ArrayList<>();
    final Random random = new Random(1);
    FakeServer server;
    Spool spool;
    Publisher publisher;
    long now;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        open();
    }

    final void open(String... options) throws Options.WrongUsage {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(server.url() + "/tasks/build");
        var parsed = new Options(arguments);
        spool = new Spool(directory, 1 << 20, 1000, () -> now);
        var calls = new Server(parsed.server, parsed.task, Duration.ofSeconds(20), () -> "secret");
        publisher = new Publisher(calls, spool, parsed, () -> now, random, said::add, last -> created.add("" + last));
    }

    @AfterEach
    void stop() {
        spool.close();
        server.close();
    }

    void append(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        spool.append(bytes, bytes.length);
    }

    /** Runs the publisher until it ends, or waits longer than some time. */
    void work(long longest) throws InterruptedException {
        long waited = 0;
        while (!publisher.isOver()) {
            long wait = publisher.step();
            if (wait > longest - waited) {
                return;
            }
            waited += wait;
            now += wait;
        }
    }

    void workToTheEnd() throws InterruptedException {
        work(TimeUnit.MINUTES.toNanos(20));
        assertThat(publisher.isOver()).isTrue();
    }
}
