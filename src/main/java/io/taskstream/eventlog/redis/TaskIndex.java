package io.taskstream.eventlog.redis;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.taskstream.task.TaskId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * All tasks by age: one sorted set. On a Cluster it lives elsewhere than most tasks, so that no script can change both:
 * a task that is gone may stay in it until someone comes across it, and one that was created while its server died is
 * entered when someone creates it again.
 */
final class TaskIndex {

    private static final Script ADD = Script.load("index-add", ScriptOutputType.STATUS);
    private static final Script REMOVE = Script.load("index-remove", ScriptOutputType.STATUS);

    private final RedisLink link;
    private final String key;

    TaskIndex(RedisLink link, String prefix) {
        this.link = link;
        this.key = prefix + "tasks";
    }

    /**
     * A task's place.
     *
     * @param score greater for one that was created later
     */
    record Entry(TaskId id, long score) {

        private static Entry of(ScoredValue<byte[]> member) {
            return new Entry(
                    new TaskId(new String(member.getValue(), StandardCharsets.UTF_8)), (long) member.getScore());
        }
    }

    /** Enters a task as the newest. */
    CompletionStage<Object> add(TaskId id) {
        return ADD.run(link::writing, new String[] {key}, Bytes.all(id.value(), ""));
    }

    /** Enters a task if it is missing. */
    CompletionStage<Object> addIfAbsent(TaskId id) {
        return ADD.run(link::writing, new String[] {key}, Bytes.all(id.value(), "absent"));
    }

    /** Takes out a task that is not there any more, unless it was entered anew. */
    CompletionStage<Object> remove(Entry entry) {
        return REMOVE.run(link::writing, new String[] {key}, Bytes.of(entry.id().value()), Bytes.of(entry.score()));
    }

    /** The score of a task; {@code null} without one. */
    CompletionStage<Double> score(TaskId id) {
        return link.reading().zscore(key, Bytes.of(id.value()));
    }

    /** How many tasks it holds, some of which may be gone. */
    CompletionStage<Long> count() {
        return link.reading().zcard(key);
    }

    /** The newest tasks that are older than a score. */
    CompletionStage<List<Entry>> before(long score, int count) {
        Range<Long> older = Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(score));
        return link.reading()
                .zrevrangebyscoreWithScores(key, older, Limit.from(count))
                .thenApply(found -> found.stream().map(Entry::of).toList());
    }

    /** The oldest tasks that are newer than a score. */
    CompletionStage<List<Entry>> behind(long score, int count) {
        Range<Long> newer = Range.from(Range.Boundary.excluding(score), Range.Boundary.unbounded());
        return link.reading()
                .zrangebyscoreWithScores(key, newer, Limit.from(count))
                .thenApply(found -> found.stream().map(Entry::of).toList());
    }
}
