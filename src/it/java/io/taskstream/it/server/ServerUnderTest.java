package io.taskstream.it.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The server that the tests of this process share. Which one it is says {@code it.server}; on which JDK, {@code it.java}.
 * Settings of this process, {@code taskstream.*}, are the server's, too.
 * {@link ServerContainer} deploys to it.
 */
public final class ServerUnderTest {

    /** How many events of a task it keeps, so that a test can see some go. */
    public static final int EVENTS = 30_000;

    private static @Nullable Server server;

    private ServerUnderTest() {}

    /** The running server; the first call waits until it has started and {@code it.url} is its address. */
    public static synchronized Server get() {
        if (server == null) {
            String name = System.getProperty("it.server");
            if (name == null) {
                throw new IllegalStateException("it.server says no server to test");
            }
            ServerOptions options = ServerOptions.in(Path.of("target", "it", name))
                    .with("taskstream.log.events", Integer.toString(EVENTS));
            for (String key : System.getProperties().stringPropertyNames()) {
                options = key.startsWith("taskstream.") ? options.with(key, System.getProperty(key)) : options;
            }
            Server started = Server.create(name, options);
            started.start();
            System.setProperty("it.url", started.url().toString());
            server = started;
        }
        return server;
    }
}
