package io.taskstream.it.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A real server of its own: private files, free ports, {@code server-config} applied. It can be deployed to, stopped,
 * killed and started again on the same ports with the same files. It never outlives this process.
 *
 * <p>Not thread-safe.
 */
public abstract sealed class Server implements AutoCloseable permits WildFly, Payara, PayaraMicro {

    static final Duration PATIENCE = Duration.ofMinutes(6);

    /** Configured servers, from which others are copied: configuring takes programs and starts, copying almost nothing. */
    private static final Map<String, Server> CONFIGURED = new ConcurrentHashMap<>();

    private final ServerOptions options;

    Server(ServerOptions options) {
        this.options = options;
        Runtime.getRuntime().addShutdownHook(new Thread(this::crash, "kill-server"));
    }

    /**
     * The server of that name, set up and not yet started: {@code wildfly} or {@code payara}, or one of Jakarta EE 11,
     * {@code wildfly-preview} or {@code payara-micro}; the latter has default settings.
     */
    public static Server create(String name, ServerOptions options) {
        if (name.equals("payara-micro")) {
            return asItComes(name, options);
        }
        return CONFIGURED.computeIfAbsent(name, Server::configured).copy(options);
    }

    private static Server configured(String name) {
        long pid = ProcessHandle.current().pid();
        Server server = asItComes(name, ServerOptions.bare(Path.of("target", "it", "configured-" + pid, name)));
        server.apply("configure");
        return server;
    }

    /** The same without the project's {@code server-config}. */
    public static Server asItComes(String name, ServerOptions options) {
        return switch (name) {
            case "wildfly" -> new WildFly(options, "wildfly-39.0.1.Final");
            case "wildfly-preview" -> new WildFly(options, "wildfly-preview-39.0.1.Final");
            case "payara" -> new Payara(options);
            case "payara-micro" -> new PayaraMicro(options);
            default -> throw new IllegalArgumentException("There is no server called " + name);
        };
    }

    /** Another one that is configured like this, which must be stopped and must not have been deployed to. */
    abstract Server copy(ServerOptions options);

    final ServerOptions options() {
        return options;
    }

    /** Saves starts when several scripts follow: a server that must run for them runs until this is closed. */
    public abstract void openForScripts();

    /**
     * Runs a script of {@code server-config}; a server that was stopped is so afterwards.
     *
     * @param script {@code configure} or {@code restore}
     */
    public final void apply(String script) {
        run(file(script));
    }

    /** Where that script of {@code server-config} is. */
    abstract Path file(String script);

    /** Runs a script for the server's own tool, {@code jboss-cli} or {@code asadmin}; a server that was stopped is so afterwards. */
    public abstract void run(Path script);

    /** All that is configured, one setting a line; a server that was stopped is so afterwards. */
    public abstract List<String> configuration();

    /** Starts it and waits until it answers. */
    public abstract void start();

    /** Stops it as an operator does, and waits until it is gone. */
    public abstract void stop();

    /** Deploys the archive at the context root of the options, in place of what was deployed under that name before. */
    public abstract void deploy(Path war);

    /**
     * Deploys the archive once more, as src/docs/servers.md describes it.
     *
     * @param settings of this copy, which count more than those of the server
     */
    public abstract void deployCopy(Path war, String name, String root, Map<String, String> settings);

    /** Undeploys an application. */
    public abstract void undeploy(String name);

    /** Where the application is, without a slash at the end. */
    public abstract URI url();

    final URI at(int port) {
        return URI.create("http://127.0.0.1:" + port + options.root());
    }

    /** Where the server writes its log. */
    public abstract Path log();

    /** The process, if there is one. */
    public abstract Optional<ProcessHandle> process();

    /** Kills the process at once, as {@code kill -9} does. */
    public final void crash() {
        process().ifPresent(process -> {
            process.destroyForcibly();
            Await.until("the server is dead", Duration.ofSeconds(20), () -> !process.isAlive());
        });
    }

    @Override
    public final void close() {
        crash();
    }

    /** The user and system time that the process has used. */
    public final Duration cpuTime() {
        return process().flatMap(process -> process.info().totalCpuDuration()).orElse(Duration.ZERO);
    }

    /** The bytes of live objects, after a collection. */
    public final long liveHeap() {
        long pid = process().orElseThrow().pid();
        String jcmd = options.javaHome().resolve("bin/jcmd").toString();
        Command.of(jcmd, Long.toString(pid), "GC.run").run();
        String histogram =
                Command.of(jcmd, Long.toString(pid), "GC.class_histogram").run();
        String total = histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(total.replaceAll("Total\\s+\\d+\\s+(\\d+).*", "$1"));
    }

    /** How many copies of a class are loaded after a collection: one for each deployment that the server has not let go. */
    public final int copies(String className) {
        String pid = Long.toString(process().orElseThrow().pid());
        String jcmd = options.javaHome().resolve("bin/jcmd").toString();
        Command.of(jcmd, pid, "GC.run").run();
        String loaded = Command.of(jcmd, pid, "VM.class_hierarchy", className).run();
        return (int)
                loaded.lines().filter(line -> line.contains(className + "/")).count();
    }

    /** The stacks of all its threads. */
    public final String threads() {
        return process()
                .map(process -> Command.of(
                                options.javaHome().resolve("bin/jcmd").toString(),
                                Long.toString(process.pid()),
                                "Thread.print")
                        .run())
                .orElse("It does not run");
    }

    /** JVM options besides the heap. */
    static List<String> jvmOptions() {
        String options = System.getProperty("it.jvm", "");
        return options.isEmpty() ? List.of() : List.of(options.split(" "));
    }

    /**
     * Returns the process whose id is in the file. A killed server leaves its file, and the system gives its id to another
     * process some time, which must not be killed in its place: that one began after the file was written.
     */
    static Optional<ProcessHandle> processIn(Path pidFile) {
        try {
            String pid = Files.exists(pidFile) ? Files.readString(pidFile).strip() : "";
            if (pid.isEmpty()) {
                return Optional.empty();
            }
            // The system tells the start only roughly.
            Instant latestStart = Files.getLastModifiedTime(pidFile).toInstant().plusSeconds(10);
            return ProcessHandle.of(Long.parseLong(pid))
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> process.info()
                            .startInstant()
                            .filter(latestStart::isAfter)
                            .isPresent());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The directory of the unpacked servers. */
    static Path unpacked(String directory) {
        return Path.of(System.getProperty("it.servers", "target/servers"), directory);
    }

    /** The project's own {@code server-config}. */
    static Path config(String file) {
        return Path.of(System.getProperty("it.config", "server-config"), file).toAbsolutePath();
    }
}
