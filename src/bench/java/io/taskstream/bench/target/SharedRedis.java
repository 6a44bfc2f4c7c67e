package io.taskstream.bench.target;

import io.taskstream.testing.RedisServer;
import org.jspecify.annotations.Nullable;

/** A real redis-server that writes each second, as one would run it; started when it is first asked for. */
final class SharedRedis {

    private @Nullable RedisServer server;

    private RedisServer running() {
        if (server == null) {
            server = new RedisServer("--appendonly", "yes");
        }
        return server;
    }

    String uri() {
        return running().uri();
    }

    ProcessHandle process() {
        return running().process();
    }

    void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
