package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventLog;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import io.taskstream.testing.TcpProxy;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Redis that syncs each write, a server beside it, and one behind a network that can fail. */
abstract class TwoServersFixture {

    static final TaskId TASK = new TaskId("task");

    RedisServer server;
    TcpProxy network;
    RedisEngines engines;
    EventLog near;
    EventLog far;

    @BeforeEach
    void start() {
        server = new RedisServer("--appendonly", "yes", "--appendfsync", "always");
        network = new TcpProxy(server.port());
        engines = new RedisEngines();
        near = engines.open(server.uri());
        far = engines.open(network.uri());
        near.create(Task.open(TASK, null, Map.of(), Instant.EPOCH));
    }

    @AfterEach
    void stop() {
        near.close();
        far.close();
        engines.close();
        network.close();
        server.close();
    }
}
