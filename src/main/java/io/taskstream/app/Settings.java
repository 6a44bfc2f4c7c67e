package io.taskstream.app;

import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.http.Limits;
import io.taskstream.task.JsonBounds;
import java.time.Duration;

/**
 * What an operator may set, checked. Each is a {@code taskstream.*} key of MicroProfile Config, and stands in the README's
 * table.
 *
 * @param memory what the memory engine keeps
 * @param limits what requests may ask for
 * @param access who comes in
 * @param json how large JSON may be
 */
record Settings(MemoryBounds memory, Limits limits, AccessSettings access, JsonBounds json) {

    private static final int LONGEST_HEARTBEAT = 300;

    /**
     * Reads all settings; what isn't set has its default.
     *
     * @throws InvalidSettingException if a value is nonsense
     */
    static Settings read(SettingReader config) {
        config.oneOf("taskstream.log.engine", "memory", "memory");
        return new Settings(memory(config), limits(config), AccessSettings.read(config), json(config));
    }

    private static MemoryBounds memory(SettingReader config) {
        return new MemoryBounds(
                config.integer("taskstream.log.events", 512, 1, 10_000_000),
                config.number("taskstream.log.bytes", 64L << 20, 1024, Long.MAX_VALUE),
                config.integer("taskstream.log.finished-tasks", 1_000, 1, 10_000_000));
    }

    private static JsonBounds json(SettingReader config) {
        return new JsonBounds(
                config.integer("taskstream.limit.json-depth", JsonBounds.USUAL.depth(), 1, 500),
                config.integer("taskstream.limit.json-members", JsonBounds.USUAL.members(), 1, 10_000_000));
    }

    private static Limits limits(SettingReader config) {
        Duration shortest = config.seconds("taskstream.heartbeat.min-seconds", 1, 1, LONGEST_HEARTBEAT);
        Duration longest = config.seconds(
                "taskstream.heartbeat.max-seconds", LONGEST_HEARTBEAT, shortest.toSeconds(), LONGEST_HEARTBEAT);
        return new Limits(
                config.integer("taskstream.publish.max-bytes", 1 << 20, 1024, 1 << 30),
                config.seconds("taskstream.heartbeat.seconds", 30, shortest.toSeconds(), longest.toSeconds()),
                shortest,
                longest,
                config.seconds("taskstream.stall.seconds", 60, 1, 86_400));
    }
}
