package io.taskstream.app;

import io.taskstream.eventlog.redis.RedisPlace;
import io.taskstream.eventlog.redis.RedisRetention;
import io.taskstream.eventlog.redis.RedisTimes;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Where Redis is and what it keeps. */
record RedisSettings(RedisPlace place, RedisRetention retention, RedisTimes times) {

    private static final String URL = "taskstream.redis.url";
    private static final String TRUST = "taskstream.redis.trust-file";
    private static final int LONGEST_COMMAND = 60_000;
    private static final int LONGEST_APPEND = 180_000;
    private static final int LONGEST_REREAD = 600_000;

    /** Between URLs; not between the hosts of one, which may be called redis too. */
    private static final String SEPARATOR = "[,\\s]+(?=redis[a-z+-]*://)";

    private static final List<String> SCHEMES = List.of("redis", "rediss", "redis-sentinel", "rediss-sentinel");

    /**
     * @param events how many of a task are kept
     * @param age how long a task after its end
     * @param keys how long idempotency keys
     */
    static RedisSettings read(SettingReader config, int events, Duration age, Duration keys) {
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
        // Redis expires a key after a second at the earliest, and a task whose age is nothing soon after its end.
        Duration atLeast = Duration.ofSeconds(1);
        var retention = new RedisRetention(events, longer(age, atLeast), longer(keys, atLeast));
        if (prefix.indexOf('{') >= 0) {
            throw new InvalidSettingException("taskstream.redis.prefix", prefix, "without braces");
        }
        return new RedisSettings(new RedisPlace(uris, isCluster, prefix, replicas, trust), retention, times(config));
    }

    /** The value may hold a password, so it is not shown. */
    private static void check(String uri) {
        try {
            if (SCHEMES.contains(URI.create(uri).getScheme())) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
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

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static RedisTimes times(SettingReader config) {
        RedisTimes usual = RedisTimes.usual();
        return new RedisTimes(
                millis(config, "taskstream.redis.command-millis", usual.command(), LONGEST_COMMAND),
                millis(config, "taskstream.redis.append-millis", usual.append(), LONGEST_APPEND),
                millis(config, "taskstream.redis.reread-millis", usual.reread(), LONGEST_REREAD));
    }

    private static Duration millis(SettingReader config, String key, Duration usual, long max) {
        return Duration.ofMillis(config.number(key, usual.toMillis(), 50, max));
    }
}
