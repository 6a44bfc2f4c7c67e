package io.taskstream.eventlog;

import io.taskstream.metrics.LogUsage;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;

/**
 * An engine: keeps the tasks and, for each, the log of its events.
 *
 * <p>Every method may be called by any thread at any time. Those that answer a {@link CompletionStage} never block; the
 * stage may be complete on return, or be completed later by a thread of the engine, which what follows the stage must
 * not block either. The others may wait for a disk or a network. Failures that a caller can act on are
 * {@link EventLogException}s, thrown or in the stage; any method may fail with {@link EventLogException.Unavailable}.
 */
public interface EventLog extends AutoCloseable {

    /** Creates the task with an empty log and a new epoch. Answers whether it did; if not, there is one of that id. */
    boolean create(Task task);

    /** The task and how far its log reaches. */
    Optional<LogState> find(TaskId id);

    /**
     * Tasks, the newest first.
     *
     * @throws EventLogException.NoSuchTask if the task to go on behind is not there any more
     */
    List<LogState> list(TaskQuery query);

    /** Forgets the task and its log, and tells its watchers. Answers whether there was one. */
    boolean delete(TaskId id);

    /**
     * Appends the events of a batch one behind the other, with none of another batch between them. When the stage
     * completes they are kept with the durability that the engine is configured for. A terminal event finishes the task.
     *
     * <p>A batch whose idempotency key came before, within the time for which the engine keeps keys, appends nothing and
     * answers as the first did, whatever it holds or expects, and also when the task is finished. Of batches with one
     * key that race, one is appended. A batch that was refused leaves no key behind.
     *
     * @return what was appended; or {@link EventLogException.NoSuchTask}, {@link EventLogException.TaskFinished},
     *     {@link EventLogException.UnexpectedLast}, {@link EventLogException.KeyReused} or
     *     {@link EventLogException.Unavailable}
     */
    CompletionStage<Appended> append(TaskId id, Batch batch);

    /**
     * The frames that follow a sequence, as many as fit into the bytes, but at least one. If the oldest of what was
     * asked for is not kept any more, they begin with the oldest that is: the caller sees it in
     * {@link Chunk#first()}, and there too if the log is of another epoch than expected.
     *
     * @param after the sequence behind which to begin, 0 for the first event
     * @return the frames; or {@link EventLogException.NoSuchTask} or {@link EventLogException.Unavailable}
     */
    CompletionStage<Chunk> read(TaskId id, long after, int maxBytes);

    /**
     * The events that follow a sequence, at most {@code limit}, and at least one if there is any.
     *
     * @throws EventLogException.NoSuchTask if there is no such task
     */
    List<StoredEvent> history(TaskId id, long after, int limit);

    /**
     * Tells the watcher from now on what happens to the task's log, until the watch is closed.
     *
     * @return the watch; for a task that is not there, one that has been told {@link LogWatcher#deleted()}
     */
    Watch watch(TaskId id, LogWatcher watcher);

    /** Tells the engine how to count the viewers that a task has here, if it is one that tells other servers of them. */
    default void countViewersBy(ToIntFunction<TaskId> here) {}

    /** What is kept, for those who watch over it; may look at every task. */
    default LogUsage usage() {
        return LogUsage.UNKNOWN;
    }

    /** What keeps the engine from working as it should, for people; empty while all is well. Never blocks. */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /**
     * Why the engine keeps nothing any more until its process is started again, for people; empty while it works, and while it
     * can recover by itself. Never blocks.
     */
    default Optional<String> failure() {
        return Optional.empty();
    }

    /** Lets go of files, connections and threads. What was acknowledged is kept. */
    @Override
    void close();

    /** Is told of changes to one log, by any thread; must return at once and throw nothing. */
    interface LogWatcher {

        /** There may be something further to read. Several appends may be told once. */
        void appended();

        /** The log is gone. */
        void deleted();
    }

    /** Ends the watching. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
