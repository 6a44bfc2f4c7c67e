package io.taskstream.testing;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.TaskId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Another log whose appends fail when told, as with a full disk, or whose watches or reads fail, as with a cut network. */
public final class FailingLog extends ForwardingLog {

    private final Queue<Runnable> beforeRefusals = new ConcurrentLinkedQueue<>();
    private boolean lost;
    private final Queue<Throwable> readFailures = new ConcurrentLinkedQueue<>();
    private Optional<String> failure = Optional.empty();
    private int reads;
    private boolean failsLists;
    private int lists;

    public FailingLog(EventLog log) {
        super(log);
    }

    /** Makes listing tasks fail, or succeed again. */
    public void failLists(boolean fails) {
        failsLists = fails;
        lists = 0;
    }

    /** How often tasks were listed since. */
    public int lists() {
        return lists;
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        lists++;
        if (failsLists) {
            throw new EventLogException.Unavailable("The tasks can't be listed", null);
        }
        return super.list(query);
    }

    public void fail(String why) {
        failure = Optional.of(why);
    }

    /** Makes the log fail for good. */
    public void lose(String why) {
        fail(why);
        lost = true;
    }

    @Override
    public Optional<String> failure() {
        return lost ? failure : Optional.empty();
    }

    public void recover() {
        failure = Optional.empty();
    }

    /** Runs this, and then refuses the next watcher. */
    public void refuseNextWatch(Runnable before) {
        beforeRefusals.add(before);
    }

    /** Fails that many reads with the failure. */
    public void failNextReads(int count, Throwable readFailure) {
        readFailures.addAll(Collections.nCopies(count, readFailure));
    }

    /** Fails no further read. */
    public void recoverReads() {
        readFailures.clear();
    }

    /** How often it was read. */
    public int reads() {
        return reads;
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        reads++;
        Throwable readFailure = readFailures.poll();
        return readFailure == null ? super.read(id, after, maxBytes) : CompletableFuture.failedStage(readFailure);
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        Runnable before = beforeRefusals.poll();
        if (before == null) {
            return super.watch(id, watcher);
        }
        before.run();
        throw new EventLogException.Unavailable("Not now", null);
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return failure.<CompletionStage<Appended>>map(
                        why -> CompletableFuture.failedStage(new EventLogException.Unavailable(why, null)))
                .orElseGet(() -> super.append(id, batch));
    }
}
