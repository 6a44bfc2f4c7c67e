package io.taskstream.app;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.eventlog.redis.RedisEventLog;
import io.taskstream.eventlog.redis.RedisThreads;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** What keeps the tasks. */
enum Engine {
    /** The heap. */
    MEMORY,
    /** Redis, shared with other servers. */
    REDIS;

    static Engine read(SettingReader config) {
        return valueOf(config.oneOf("taskstream.log.engine", "memory", "memory", "redis")
                .toUpperCase(Locale.ROOT));
    }

    /** Opens the engine that the settings name. */
    static EventLog open(Settings settings, Executor executor, ScheduledExecutorService scheduler) {
        var random = new SecureRandom();
        return switch (settings.engine()) {
            case MEMORY -> new MemoryEventLog(settings.memory(), InstantSource.system(), random);
            case REDIS -> {
                RedisSettings redis = settings.redis();
                yield RedisEventLog.open(
                        redis.place(),
                        redis.retention(),
                        redis.times(),
                        new RedisThreads(executor, scheduler, System::nanoTime),
                        random);
            }
        };
    }
}
