package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogContract;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("redis")
final class RedisEventLogContractTest extends EventLogContract {

    private static RedisServer server;
    private static RedisEngines engines;

    @BeforeAll
    static void start() {
        server = new RedisServer();
        engines = new RedisEngines();
    }

    @AfterAll
    static void stop() {
        engines.close();
        server.close();
    }

    @Override
    protected EventLog open(int maxEvents, Duration keys, InstantSource time) {
        return engines.open(
                new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 0),
                new RedisConfig.Retention(maxEvents, Duration.ofHours(1), keys));
    }

    /** Redis measures with its own clock. */
    @Override
    protected boolean advance(Duration duration) {
        return false;
    }
}
