package io.taskstream.eventlog;

import io.taskstream.metrics.LogUsage;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;

/**
 * An engine: keeps tasks and the log of each task's events.
 *
 * <p>Any thread may call any method at any time. Methods that return a {@link CompletionStage} never block. The stage may be
 * complete on return, or a thread of the engine completes it later; dependent stages must not block that thread. The other
 * methods may wait for a disk or a network. Failures that a caller can handle are {@link EventLogException}s, thrown or in
 * the stage; every method may fail with {@link EventLogException.Unavailable}.
 */
public interface EventLog extends AutoCloseable {

    /** Creates the task with an empty log and a new epoch; returns false if there is a task of that id. */
    boolean create(Task task);

    /** Returns the task and the extent of its log. */
    Optional<LogState> find(TaskId id);

    /**
     * Lists tasks, newest first.
     *
     * @throws EventLogException.NoSuchTask if the task to continue after does not exist any more
     */
    List<LogState> list(TaskQuery query);

    /** Deletes the task with its log, and notifies its watchers; returns whether there was one. */
    boolean delete(TaskId id);

    /**
     * Appends the events of a batch without any other event between them. When the stage completes they have the configured
     * durability. A terminal event finishes the task.
     *
     * <p>A batch whose idempotency key the engine still keeps appends nothing and returns the first batch's answer, whatever
     * it holds or expects, and also when the task is finished. Of concurrent batches with one key, one is appended. A refused
     * batch leaves no key behind.
     *
     * <p>A change of an upload is checked by {@link UploadChange#apply} and committed with the events: after any crash the log
     * has both or neither, and no reader finds one without the other. It survives retention of events. If the log loses
     * acknowledged events and so gets another epoch, its uploads are lost: {@link #find} does not return them, and every change
     * of them is refused ({@link EventLogException.UploadRefused.Reason#LOST}). A batch without events may change an upload of
     * a finished task, but not begin one. {@code Begin} makes room by removing the complete or lost upload that was heard of
     * least recently. Watchers are notified of a change without events, too, except {@code Heard}, where they may be.
     *
     * @return what was appended; or {@link EventLogException.UploadRefused}, {@link EventLogException.NoSuchTask},
     *     {@link EventLogException.TaskFinished},
     *     {@link EventLogException.UnexpectedLast}, {@link EventLogException.KeyReused} or
     *     {@link EventLogException.Unavailable}
     */
    CompletionStage<Appended> append(TaskId id, Batch batch);

    /**
     * Does the same for a calling thread that may wait for the disk. An engine may commit on it, with what others have queued,
     * and returns a completed stage then: no other thread has to be woken up for a single append.
     */
    default CompletionStage<Appended> appendHere(TaskId id, Batch batch) {
        return append(id, batch);
    }

    /**
     * Reads the frames after a sequence, as many as fit into {@code maxBytes} but at least one. If retention has removed the
     * first of them, the chunk begins with the oldest event that is kept. The caller notices this, and another epoch, by
     * {@link Chunk#first()}.
     *
     * @param after 0 to begin with the first event
     * @return the frames; or {@link EventLogException.NoSuchTask} or {@link EventLogException.Unavailable}
     */
    CompletionStage<Chunk> read(TaskId id, long after, int maxBytes);

    /**
     * Returns the events after a sequence, at most {@code limit}, and at least one if there is any.
     *
     * @throws EventLogException.NoSuchTask if there is no such task
     */
    List<StoredEvent> history(TaskId id, long after, int limit);

    /**
     * Notifies the watcher of changes to the task's log until the watch is closed. If there is no such task, calls
     * {@link LogWatcher#deleted()} at once.
     */
    Watch watch(TaskId id, LogWatcher watcher);

    /** Sets the function that counts a task's viewers on this server, for engines that share the number with other servers. */
    default void countViewersBy(ToIntFunction<TaskId> here) {}

    /** Measures the log for monitoring; may read every task. */
    default LogUsage usage() {
        return LogUsage.UNKNOWN;
    }

    /** Returns why the engine does not work as it should, for people; empty while it does. Never blocks. */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /**
     * Returns why the engine needs a restart of its process, for people; empty while it works or can recover by itself.
     * Never blocks.
     */
    default Optional<String> failure() {
        return Optional.empty();
    }

    /** Releases files, connections and threads. Acknowledged events are kept. */
    @Override
    void close();

    /** Receives notifications of one log, on any thread; must return at once and throw nothing. */
    interface LogWatcher {

        /** There may be further events or changes of uploads. One call may stand for several appends. */
        void appended();

        /** The log is deleted. */
        void deleted();
    }

    /** A registration of a watcher, until it is closed. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
