package io.taskstream.it.server;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a server is set up.
 *
 * @param javaHome the JDK that runs it
 * @param directory of its own files; created again
 * @param heap as {@code -Xmx} takes it
 * @param properties system properties, such as {@code taskstream.*} settings
 */
public record ServerOptions(Path javaHome, Path directory, String heap, Map<String, String> properties) {

    /** The setting of the context root; WildFly reads it in a descriptor of the WAR. */
    private static final String ROOT = "taskstream.context-root";

    /** The host name of hand-written requests. */
    private static final String NAME = "test";

    /**
     * The JDK that {@code it.java} names, else that of this process; 512 MiB of heap, and no access control. Its name is
     * {@value #NAME}, besides its address. The context root is {@code it.root}, else {@code /}.
     */
    public static ServerOptions in(Path directory) {
        String root = System.getProperty("it.root", "");
        ServerOptions options =
                bare(directory).with("taskstream.access", "open").with("taskstream.hosts", NAME);
        return root.isEmpty() ? options : options.with(ROOT, root);
    }

    /** The same without any property. */
    public static ServerOptions bare(Path directory) {
        String java = System.getProperty("it.java", System.getProperty("java.home"));
        // Another run may use the same name at the same time.
        Path own = directory.resolveSibling(directory.getFileName() + System.getProperty("it.lane", ""));
        return new ServerOptions(Path.of(java), own, "512m", Map.of());
    }

    /** The path of the application, without a slash at the end. */
    String root() {
        return properties.getOrDefault(ROOT, "");
    }

    /** The same with another heap. */
    public ServerOptions heap(String newHeap) {
        return new ServerOptions(javaHome, directory, newHeap, properties);
    }

    /** The same with one more system property. */
    public ServerOptions with(String key, String value) {
        Map<String, String> more = new TreeMap<>(properties);
        more.put(key, value);
        return new ServerOptions(javaHome, directory, heap, more);
    }
}
