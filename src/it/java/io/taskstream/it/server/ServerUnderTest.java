package io.taskstream.it.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Starts the server that the tests of this process are for, before the first of them, and tells Arquillian where it is.
 * Which one it is says {@code it.server}; on which JDK, {@code it.java}.
 */
public final class ServerUnderTest implements LauncherSessionListener {

    /** How many events of a task it keeps, so that a test can see some go. */
    public static final int EVENTS = 30_000;

    private static @Nullable Server server;

    /** The running server. */
    public static synchronized Server get() {
        if (server == null) {
            throw new IllegalStateException("it.server says no server to test");
        }
        return server;
    }

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        startOnce();
    }

    private static synchronized void startOnce() {
        String name = System.getProperty("it.server");
        if (name == null || server != null) {
            return;
        }
        server = Server.create(
                name,
                ServerOptions.in(Path.of("target", "it", name))
                        .with("taskstream.log.events", Integer.toString(EVENTS)));
        server.start();
        System.setProperty("arquillian.launch", name);
        System.setProperty("it.url", server.url().toString());
        System.setProperty("it.http.port", Integer.toString(server.url().getPort()));
        System.setProperty("it.management.port", Integer.toString(server.managementPort()));
    }
}
