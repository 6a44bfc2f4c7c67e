package io.taskstream.eventlog.redis;

import io.lettuce.core.ScriptOutputType;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;

/**
 * Publishes this server's number of viewers per task to the other servers. A number is valid for a lease, so that the
 * viewers of a server that died are not counted for ever. Thread-safe; never blocks.
 */
final class ViewerCounts {

    private static final Script VIEWERS = Script.load("viewers", ScriptOutputType.STATUS);

    private final RedisLink link;
    private final String prefix;
    private final String node;
    private final long leaseSeconds;
    private volatile ToIntFunction<TaskId> here = task -> 0;

    /**
     * @param node the name of this engine
     * @param repeat the interval at which counts are published again
     */
    ViewerCounts(RedisLink link, String prefix, String node, Duration repeat) {
        this.link = link;
        this.prefix = prefix;
        this.node = node;
        this.leaseSeconds = repeat.multipliedBy(3).toSeconds() + 2;
    }

    /** Sets the function that counts the viewers of a task on this server. */
    void countBy(ToIntFunction<TaskId> viewers) {
        here = viewers;
    }

    /** Publishes the number of viewers of the task. A failure is made up for the next time. */
    CompletionStage<?> publish(TaskId id) {
        return publish(id, here.applyAsInt(id));
    }

    /** Publishes that the task has no viewers here any more. */
    void publishNone(TaskId id) {
        var unused = publish(id, 0);
    }

    private CompletionStage<?> publish(TaskId id, int count) {
        // Not over the connection that writes: behind appends that wait for replicas the lease could expire.
        return VIEWERS.run(
                link::reading,
                new String[] {new TaskStore.Keys(prefix, id).viewers()},
                Script.bytes(node),
                Script.bytes(count),
                Script.bytes(leaseSeconds));
    }
}
