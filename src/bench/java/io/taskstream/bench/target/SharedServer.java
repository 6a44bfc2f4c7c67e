package io.taskstream.bench.target;

import io.taskstream.it.server.Server;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A real server with what is deployed on it; made when the first of its targets is started. */
final class SharedServer {

    private final Supplier<Server> creation;
    private final List<Path> archives;
    private @Nullable Server server;

    SharedServer(Supplier<Server> creation, List<Path> archives) {
        this.creation = creation;
        this.archives = archives;
    }

    Server running() {
        if (server == null) {
            server = creation.get();
            server.start();
            archives.forEach(server::deploy);
        }
        return server;
    }

    void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
