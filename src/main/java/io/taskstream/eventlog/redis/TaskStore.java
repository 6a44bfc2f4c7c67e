package io.taskstream.eventlog.redis;

import io.lettuce.core.ScriptOutputType;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Tasks and their logs as Redis keeps them, but for appending. Nothing here blocks; failures are Redis's own. */
final class TaskStore {

    private static final Script CREATE = Script.load("create", ScriptOutputType.VALUE);
    private static final Script LISTED = Script.load("listed", ScriptOutputType.STATUS);
    private static final Script FIND = Script.load("find", ScriptOutputType.MULTI);
    private static final Script READ = Script.load("read", ScriptOutputType.MULTI);
    private static final Script DELETE = Script.load("delete", ScriptOutputType.INTEGER);
    private static final Script RENEW = Script.load("renew", ScriptOutputType.STATUS);

    /** A script keeps all others waiting, so it reads no more events at once. */
    private static final int PAGE_EVENTS = 512;

    private static final int SMALL_FRAME = 64;

    private final RedisLink link;
    private final String prefix;
    private final byte[] node;

    /**
     * @param node names this engine
     */
    TaskStore(RedisLink link, String prefix, String node) {
        this.link = link;
        this.prefix = prefix;
        this.node = Bytes.of(node);
    }

    TaskKeys keys(TaskId id) {
        return new TaskKeys(prefix, id);
    }

    /** The node that has the task. */
    String node(TaskId id) {
        return link.node(keys(id).state());
    }

    /** What became of a creation. */
    enum Creation {
        CREATED,
        THERE,
        /** There, but maybe not in the index. */
        UNLISTED
    }

    /** Creates the task with that epoch; may be tried again with the same. */
    CompletionStage<Creation> create(Task task, String epoch) {
        TaskKeys keys = keys(task.id());
        return CREATE.<byte[]>run(
                        link::writing, keys(keys.state(), keys.events(), keys.calls()), TaskFields.of(task, epoch))
                .thenApply(answer -> switch (Bytes.text(answer)) {
                    case "created" -> Creation.CREATED;
                    case "unlisted" -> Creation.UNLISTED;
                    default -> Creation.THERE;
                });
    }

    /** Notes that the index holds the task. */
    CompletionStage<Object> listed(TaskId id) {
        return LISTED.run(link::writing, keys(keys(id).state()));
    }

    CompletionStage<Optional<LogState>> find(TaskId id) {
        TaskKeys keys = keys(id);
        return FIND.<List<Object>>run(link::reading, keys(keys.state(), keys.events(), keys.viewers()), node)
                .thenApply(answer -> TaskFields.state(id, answer));
    }

    /**
     * Events behind a sequence, within those bounds, but at least one if there is any.
     *
     * @param asksTime whether to tell when the event of that sequence was appended
     * @return what {@link LogPage#of} reads, which is not to be done by the thread of Lettuce that completes it
     */
    CompletionStage<List<Object>> page(TaskId id, long after, int maxBytes, boolean asksTime) {
        TaskKeys keys = keys(id);
        return READ.run(
                link::reading,
                keys(keys.state(), keys.events()),
                Bytes.of(after),
                Bytes.of(Math.max(1, Math.min(PAGE_EVENTS, maxBytes / SMALL_FRAME))),
                Bytes.of(maxBytes),
                Bytes.of(asksTime ? "1" : ""));
    }

    /** Forgets the task; answers whether there was one. */
    CompletionStage<Boolean> delete(TaskId id) {
        TaskKeys keys = keys(id);
        return DELETE.<Long>run(link::writing, keys(keys.state(), keys.events(), keys.calls(), keys.wake()))
                .thenApply(deleted -> deleted == 1);
    }

    /** Gives the log another epoch, if it still has that one. */
    CompletionStage<Object> renew(TaskId id, String epoch, String newEpoch) {
        TaskKeys keys = keys(id);
        return RENEW.run(link::writing, keys(keys.state(), keys.wake()), Bytes.all(epoch, newEpoch));
    }

    private static String[] keys(String... keys) {
        return keys;
    }
}
