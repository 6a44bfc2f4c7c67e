package io.taskstream.app;

import io.taskstream.eventlog.redis.RedisConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Reads the settings of the redis engine. */
final class RedisSettings {

    private static final String URL = "taskstream.redis.url";
    private static final String TRUST = "taskstream.redis.trust-file";
    private static final int MAX_COMMAND_MILLIS = 60_000;
    private static final int MAX_APPEND_MILLIS = 180_000;
    private static final int MAX_REREAD_MILLIS = 600_000;

    /** Redis expires a key after a second at the earliest, and a task whose retention is zero soon after its end. */
    private static final Duration MIN_RETENTION = Duration.ofSeconds(1);

    /** Separates URLs, but not the hosts of one, whose names may begin with redis, too. */
    private static final String SEPARATOR = "[,\\s]+(?=redis[a-z+-]*://)";

    private static final List<String> SCHEMES = List.of("redis", "rediss", "redis-sentinel", "rediss-sentinel");

    private RedisSettings() {}

    /**
     * Reads the settings.
     *
     * @param events how many events of a task are kept
     * @param age how long a finished task is kept
     * @param keys how long idempotency keys are kept
     */
    static RedisConfig read(SettingReader config, int events, Duration age, Duration keys) {
        List<String> uris = Stream.of(config.text(URL, "redis://localhost:6379").split(SEPARATOR, -1))
                .peek(RedisSettings::check)
                .toList();
        boolean isCluster = config.oneOf("taskstream.redis.cluster", Boolean.toString(uris.size() > 1), "true", "false")
                .equals("true");
        if (uris.size() > 1 && !isCluster) {
            throw new InvalidSettingException("taskstream.redis.cluster", "false", "true where there are several URLs");
        }
        int replicas = config.integer("taskstream.redis.wait-replicas", 0, 0, isCluster ? 0 : 16);
        String prefix = config.text("taskstream.redis.prefix", "taskstream:");
        Path trust = config.optional(TRUST).map(RedisSettings::readable).orElse(null);
        if (prefix.indexOf('{') >= 0) {
            throw new InvalidSettingException("taskstream.redis.prefix", prefix, "without braces");
        }
        return new RedisConfig(
                new RedisConfig.Server(uris, isCluster, prefix, replicas, trust),
                new RedisConfig.Retention(events, atLeastMinimum(age), atLeastMinimum(keys)),
                timeouts(config));
    }

    /** Checks a URL. A message does not show it, since it may hold a password. */
    private static void check(String uri) {
        try {
            if (SCHEMES.contains(URI.create(uri).getScheme())) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // Reported below.
        }
        throw new InvalidSettingException(
                URL, "…", "one URL, or several of a cluster, that begin with redis, rediss, or redis-sentinel");
    }

    private static Path readable(String file) {
        if (!Files.isReadable(Path.of(file))) {
            throw new InvalidSettingException(TRUST, file, "a file of certificates that can be read");
        }
        return Path.of(file);
    }

    private static Duration atLeastMinimum(Duration retention) {
        return retention.compareTo(MIN_RETENTION) < 0 ? MIN_RETENTION : retention;
    }

    private static RedisConfig.Timeouts timeouts(SettingReader config) {
        RedisConfig.Timeouts usual = RedisConfig.Timeouts.usual();
        return new RedisConfig.Timeouts(
                millis(config, "taskstream.redis.command-millis", usual.command(), MAX_COMMAND_MILLIS),
                millis(config, "taskstream.redis.append-millis", usual.append(), MAX_APPEND_MILLIS),
                millis(config, "taskstream.redis.reread-millis", usual.reread(), MAX_REREAD_MILLIS));
    }

    private static Duration millis(SettingReader config, String key, Duration usual, long max) {
        return Duration.ofMillis(config.number(key, usual.toMillis(), 50, max));
    }
}
