package io.taskstream.eventlog.redis;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.metrics.LogUsage;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The index of all tasks by age: one sorted set, whose scores grow with the time of creation. On a Cluster it is on another
 * slot than most tasks, so that no script can change both. Therefore a deleted task may stay in the index until a list or a
 * sweep finds it, and a task whose server died while creating it is added when it is created again. Thread-safe.
 */
final class TaskIndex {

    private static final Script ADD = Script.load("index-add", ScriptOutputType.STATUS);
    private static final Script REMOVE = Script.load("index-remove", ScriptOutputType.STATUS);
    private static final int PAGE = 100;

    private final RedisLink link;
    private final TaskStore store;
    private final Replies replies;
    private final String key;
    private volatile LogUsage usage = LogUsage.UNKNOWN;

    /** The score up to which entries were swept; used by the sweep only. */
    private long swept;

    TaskIndex(RedisLink link, TaskStore store, Replies replies, String prefix) {
        this.link = link;
        this.store = store;
        this.replies = replies;
        this.key = prefix + "tasks";
    }

    private record Entry(TaskId id, long score) {

        static List<Entry> of(List<ScoredValue<byte[]>> members) {
            return members.stream()
                    .map(member -> new Entry(new TaskId(Script.text(member.getValue())), (long) member.getScore()))
                    .toList();
        }
    }

    /** Adds a task as the newest. */
    CompletionStage<Object> add(TaskId id) {
        return ADD.run(link::writing, new String[] {key}, Script.bytes(List.of(id.value(), "")));
    }

    /** Adds a task if it is missing. */
    CompletionStage<Object> addIfAbsent(TaskId id) {
        return ADD.run(link::writing, new String[] {key}, Script.bytes(List.of(id.value(), "absent")));
    }

    /** Returns the tasks that match, newest first. Blocks. */
    List<LogState> list(TaskQuery query) {
        List<LogState> found = new ArrayList<>();
        long before = query.after() == null ? Long.MAX_VALUE : score(query.after());
        List<Entry> page = pageBefore(before);
        while (!page.isEmpty() && found.size() < query.limit()) {
            states(page).stream()
                    .flatMap(Optional::stream)
                    .filter(state -> query.matches(state.task()))
                    .limit(query.limit() - found.size())
                    .forEach(found::add);
            page = found.size() == query.limit()
                    ? List.of()
                    : pageBefore(page.get(page.size() - 1).score());
        }
        return found;
    }

    private long score(TaskId id) {
        boolean exists = replies.await(store.find(id)).isPresent();
        Double score = replies.awaitNullable(link.reading().zscore(key, Script.bytes(id.value())));
        if (!exists || score == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        return score.longValue();
    }

    private List<Entry> pageBefore(long score) {
        Range<Long> older = Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(score));
        return Entry.of(replies.await(link.reading().zrevrangebyscoreWithScores(key, older, Limit.from(PAGE))));
    }

    private List<Optional<LogState>> states(List<Entry> page) {
        // All are sent before the first is awaited.
        return page.stream().map(this::state).toList().stream()
                .map(replies::await)
                .toList();
    }

    /** Finds the task, and removes the entry if there is none, unless it was added again meanwhile. */
    private CompletionStage<Optional<LogState>> state(Entry entry) {
        CompletionStage<Optional<LogState>> state = store.find(entry.id());
        state.thenAccept(found -> {
            if (found.isEmpty()) {
                REMOVE.run(
                        link::writing,
                        new String[] {key},
                        Script.bytes(entry.id().value()),
                        Script.bytes(entry.score()));
            }
        });
        return state;
    }

    /** Checks the next entries of the index, so that those of expired tasks are removed. To be called periodically. */
    CompletionStage<Void> sweep() {
        Range<Long> newer = Range.from(Range.Boundary.excluding(swept), Range.Boundary.unbounded());
        return link.reading()
                .zrangebyscoreWithScores(key, newer, Limit.from(PAGE))
                .thenCompose(members -> {
                    List<Entry> page = Entry.of(members);
                    swept = page.size() < PAGE ? 0 : page.get(page.size() - 1).score();
                    return CompletableFuture.allOf(page.stream()
                            .map(entry -> state(entry).toCompletableFuture())
                            .toArray(CompletableFuture<?>[]::new));
                });
    }

    /**
     * Returns the number of tasks as last counted. Their statuses and the bytes of their events are unknown, since only a
     * read of each task would tell.
     */
    LogUsage usage() {
        return usage;
    }

    /** Begins to count the tasks. To be called periodically. */
    void count() {
        try {
            link.reading().zcard(key).whenComplete((count, failure) -> {
                usage = failure == null
                        ? new LogUsage(LogUsage.UNKNOWN.bytes(), count, LogUsage.UNKNOWN.tasksByStatus())
                        : LogUsage.UNKNOWN;
            });
        } catch (RedisException | EventLogException e) {
            usage = LogUsage.UNKNOWN;
        }
    }
}
