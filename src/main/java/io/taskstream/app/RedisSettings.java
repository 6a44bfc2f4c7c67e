package io.taskstream.app;

import io.taskstream.eventlog.redis.RedisPlace;
import io.taskstream.eventlog.redis.RedisRetention;
import io.taskstream.eventlog.redis.RedisTimes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Where Redis is and what it keeps. */
record RedisSettings(RedisPlace place, RedisRetention retention, RedisTimes times) {

    private static final String URL = "taskstream.redis.url";
    private static final List<String> SCHEMES = List.of("redis", "rediss", "redis-sentinel", "rediss-sentinel");

    static RedisSettings read(SettingReader config) {
        List<String> uris = Stream.of(config.text(URL, "redis://localhost:6379").split("[,\\s]+(?=redis)", -1))
                .peek(RedisSettings::check)
                .toList();
        boolean isCluster = config.oneOf("taskstream.redis.cluster", Boolean.toString(uris.size() > 1), "true", "false")
                .equals("true");
        if (uris.size() > 1 && !isCluster) {
            throw new InvalidSettingException("taskstream.redis.cluster", "false", "true where there are several URLs");
        }
        int replicas = config.integer("taskstream.redis.wait-replicas", 0, 0, isCluster ? 0 : 16);
        String prefix = config.text("taskstream.redis.prefix", "taskstream:");
        return new RedisSettings(new RedisPlace(uris, isCluster, prefix, replicas), retention(config), times(config));
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

    private static RedisRetention retention(SettingReader config) {
        return new RedisRetention(
                config.integer("taskstream.redis.events", 100_000, 1, Integer.MAX_VALUE),
                config.seconds("taskstream.redis.finished-seconds", 7 * 86_400, 0, 100L * 365 * 86_400),
                config.seconds("taskstream.redis.key-seconds", 86_400, 1, 365 * 86_400));
    }

    private static RedisTimes times(SettingReader config) {
        RedisTimes usual = RedisTimes.usual();
        return new RedisTimes(
                millis(config, "taskstream.redis.command-millis", usual.command()),
                millis(config, "taskstream.redis.append-millis", usual.append()),
                millis(config, "taskstream.redis.reread-millis", usual.reread()));
    }

    private static Duration millis(SettingReader config, String key, Duration usual) {
        return Duration.ofMillis(config.number(key, usual.toMillis(), 50, 600_000));
    }
}
