package io.taskstream.eventlog.redis;

import io.lettuce.core.ScriptOutputType;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;

/**
 * Tells the other servers how many watch a task here. What is told holds for a lease, so that the viewers of a server that
 * died are not counted for ever.
 */
final class ViewerCounts {

    private static final Script VIEWERS = Script.load("viewers", ScriptOutputType.STATUS);

    private final RedisLink link;
    private final String prefix;
    private final String node;
    private final long leaseSeconds;
    private volatile ToIntFunction<TaskId> here = task -> 0;

    /**
     * @param node names this engine
     * @param repeat how often counts are told
     */
    ViewerCounts(RedisLink link, String prefix, String node, Duration repeat) {
        this.link = link;
        this.prefix = prefix;
        this.node = node;
        this.leaseSeconds = repeat.multipliedBy(3).toSeconds() + 2;
    }

    /** Counts so from now on. */
    void countBy(ToIntFunction<TaskId> viewers) {
        here = viewers;
    }

    /** Tells how many watch the task here. Nobody waits; the next time tells it again. */
    CompletionStage<?> tell(TaskId id) {
        return tell(id, here.applyAsInt(id));
    }

    /** Tells that nobody does any more. */
    void tellNone(TaskId id) {
        var unused = tell(id, 0);
    }

    private CompletionStage<?> tell(TaskId id, int count) {
        // Not behind appends that wait for replicas: the lease would be over before.
        return VIEWERS.run(
                link::reading,
                new String[] {new TaskKeys(prefix, id).viewers()},
                Bytes.of(node),
                Bytes.of(count),
                Bytes.of(leaseSeconds));
    }
}
