package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lists tasks by the index, and takes out of it whatever is not there any more. */
final class TaskLists {

    private static final int PAGE = 100;

    private final TaskStore store;
    private final TaskIndex index;
    private final Answers answers;

    private long swept;

    TaskLists(TaskStore store, TaskIndex index, Answers answers) {
        this.store = store;
        this.index = index;
        this.answers = answers;
    }

    /** The tasks that were asked for, newest first. Waits for Redis. */
    List<LogState> list(TaskQuery query) {
        List<LogState> found = new ArrayList<>();
        long before = query.after() == null ? Long.MAX_VALUE : score(query.after());
        List<TaskIndex.Entry> page = answers.await(index.before(before, PAGE));
        while (!page.isEmpty() && found.size() < query.limit()) {
            states(page).stream()
                    .flatMap(Optional::stream)
                    .filter(state -> query.matches(state.task()))
                    .limit(query.limit() - found.size())
                    .forEach(found::add);
            page = found.size() == query.limit()
                    ? List.of()
                    : answers.await(index.before(page.get(page.size() - 1).score(), PAGE));
        }
        return found;
    }

    private long score(TaskId id) {
        boolean isThere = answers.await(store.find(id)).isPresent();
        Double score = answers.awaitOrNull(index.score(id));
        if (!isThere || score == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        return score.longValue();
    }

    private List<Optional<LogState>> states(List<TaskIndex.Entry> page) {
        return page.stream().map(this::state).toList().stream()
                .map(answers::await)
                .toList();
    }

    private CompletionStage<Optional<LogState>> state(TaskIndex.Entry entry) {
        CompletionStage<Optional<LogState>> state = store.find(entry.id());
        state.thenAccept(found -> {
            if (found.isEmpty()) {
                index.remove(entry);
            }
        });
        return state;
    }

    /** Looks at a few further entries of the index, so that those of tasks that expired don't stay. Nobody waits. */
    CompletionStage<Void> sweep() {
        return index.behind(swept, PAGE).thenCompose(page -> {
            swept = page.size() < PAGE ? 0 : page.get(page.size() - 1).score();
            return CompletableFuture.allOf(page.stream()
                    .map(entry -> state(entry).toCompletableFuture())
                    .toArray(CompletableFuture<?>[]::new));
        });
    }
}
