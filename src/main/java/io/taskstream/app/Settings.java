package io.taskstream.app;

import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.eventlog.embedded.EmbeddedOptions;
import io.taskstream.eventlog.embedded.Retention;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.redis.RedisConfig;
import io.taskstream.http.Limits;
import io.taskstream.task.JsonBounds;
import java.time.Duration;
import java.util.Locale;

/**
 * The settings, checked. Each is a {@code taskstream.*} key of MicroProfile Config, and stands in {@code src/docs/settings.md}.
 *
 * @param engine stores the log: {@value #EMBEDDED}, {@value #REDIS} or {@value #MEMORY}
 * @param memory the bounds of the memory engine
 * @param embedded the options of the embedded engine
 * @param redis the connection to Redis, and its retention
 * @param transfer the import and export before the server starts
 * @param limits the limits and defaults of requests
 * @param access authentication, permissions and quotas
 * @param json the bounds of JSON
 * @param keepAlive whether a connection is kept when the body of a request arrived after its head
 * @param abandoned how long a task's producers must be lost before it is ended; zero for ever
 * @param drain the time over which the viewers are disconnected when the server stops
 */
record Settings(
        String engine,
        MemoryBounds memory,
        EmbeddedOptions embedded,
        RedisConfig redis,
        LogTransfer transfer,
        Limits limits,
        AccessSettings access,
        JsonBounds json,
        boolean keepAlive,
        Duration abandoned,
        Duration drain) {

    static final String EMBEDDED = "embedded";
    static final String REDIS = "redis";
    static final String MEMORY = "memory";

    private static final int LONGEST_HEARTBEAT = 300;

    /**
     * Reads all settings; a missing one has its default.
     *
     * @throws InvalidSettingException if a value is invalid
     */
    static Settings read(SettingReader config) {
        String engine = config.oneOf("taskstream.log.engine", EMBEDDED, EMBEDDED, REDIS, MEMORY);
        boolean isInHeap = engine.equals(MEMORY);
        int usualEvents = switch (engine) {
            case MEMORY -> 512;
            case REDIS -> 100_000;
            default -> 1_000_000;
        };
        int events = config.integer("taskstream.log.events", usualEvents, 1, 1_000_000_000);
        long bytes = config.number("taskstream.log.bytes", isInHeap ? 64L << 20 : 1L << 30, 1024, Long.MAX_VALUE);
        Duration keys = config.seconds("taskstream.log.keys-seconds", 86_400, 0, Integer.MAX_VALUE);
        int finishedTasks = config.integer("taskstream.log.finished-tasks", 1_000, 1, 10_000_000);
        EmbeddedOptions embedded = embedded(config, events, bytes, keys);
        return new Settings(
                engine,
                new MemoryBounds(events, bytes, finishedTasks, keys),
                embedded,
                RedisSettings.read(config, events, embedded.retention().age(), keys),
                LogTransfer.read(config),
                limits(config),
                AccessSettings.read(config),
                json(config),
                config.oneOf("taskstream.server.keep-alive", "false", "false", "true")
                        .equals("true"),
                config.seconds("taskstream.producer.abandoned-seconds", 0, 0, Integer.MAX_VALUE),
                config.seconds("taskstream.drain.seconds", 5, 1, 3_600));
    }

    private static EmbeddedOptions embedded(SettingReader config, int events, long bytes, Duration keys) {
        String directory = config.text("taskstream.log.directory", "");
        String durability = config.oneOf("taskstream.log.durability", "sync", "sync", "interval", "none");
        var retention = new Retention(
                config.seconds("taskstream.log.age-seconds", 7 * 86_400, 0, Integer.MAX_VALUE),
                events,
                bytes,
                config.number("taskstream.log.total-bytes", 10L << 30, 1024, Long.MAX_VALUE),
                keys);
        return new EmbeddedOptions(
                directory.isEmpty() ? defaultDirectory() : directory,
                Durability.valueOf(durability.toUpperCase(Locale.ROOT)),
                retention,
                config.number("taskstream.log.recent-bytes", 64L << 20, 0, Long.MAX_VALUE),
                config.integer("taskstream.log.cache-megabytes", 16, 1, 4_096));
    }

    /** Returns a directory in the server's own data directory; on an unknown server, in the working directory. */
    private static String defaultDirectory() {
        String wildfly = System.getProperty("jboss.server.data.dir");
        String payara = System.getProperty("com.sun.aas.instanceRoot");
        if (wildfly != null) {
            return wildfly + "/taskstream";
        }
        return (payara != null ? payara + "/data" : System.getProperty("user.dir")) + "/taskstream";
    }

    private static JsonBounds json(SettingReader config) {
        return new JsonBounds(
                config.integer("taskstream.limit.json-depth", JsonBounds.USUAL.depth(), 1, 500),
                config.integer("taskstream.limit.json-members", JsonBounds.USUAL.members(), 1, 10_000_000),
                config.integer("taskstream.limit.json-elements", JsonBounds.USUAL.elements(), 1, 10_000_000));
    }

    private static Limits limits(SettingReader config) {
        Duration shortest = config.seconds("taskstream.heartbeat.min-seconds", 1, 1, LONGEST_HEARTBEAT);
        Duration longest = config.seconds(
                "taskstream.heartbeat.max-seconds", LONGEST_HEARTBEAT, shortest.toSeconds(), LONGEST_HEARTBEAT);
        int bodyBytes = config.integer("taskstream.publish.max-bytes", 1 << 20, 1024, 1 << 30);
        return new Limits(
                bodyBytes,
                config.number(
                        "taskstream.publish.receiving-bytes",
                        64L << 20,
                        Limits.leastReceivingBytes(bodyBytes),
                        Long.MAX_VALUE / 2),
                config.seconds("taskstream.publish.line-seconds", 300, 0, 86_400),
                config.seconds("taskstream.heartbeat.seconds", 30, shortest.toSeconds(), longest.toSeconds()),
                shortest,
                longest,
                config.seconds("taskstream.stall.seconds", 60, 1, 86_400));
    }
}
