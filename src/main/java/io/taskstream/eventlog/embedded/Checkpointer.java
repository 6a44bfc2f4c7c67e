package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.embedded.CachedTask.DirtyTask;
import io.taskstream.eventlog.embedded.RetentionSweep.ExpiredTask;
import io.taskstream.eventlog.embedded.store.StoreFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The checkpoint thread: checkpoints and maintenance at intervals, and checkpoints at once while many bytes are dirty. */
final class Checkpointer implements Runnable {

    private static final Logger LOG = System.getLogger(Checkpointer.class.getName());

    /**
     * The longer, the less is written: each checkpoint writes the newest block of every task that has changed. The shorter, the
     * fewer groups a start applies after a crash.
     */
    private static final long INTERVAL_MILLIS = 5_000;

    /** The number of urgent checkpoints, of some megabytes each, after which maintenance is due. */
    private static final int CHECKPOINTS_BETWEEN = 4;

    /** The pause after a failure, however many bytes are dirty. */
    private static final long RETRY_MILLIS = 250;

    /** The pause while retention has more to remove. */
    private static final long SHORT_MILLIS = 20;

    private final Committer committer;
    private final StoreFile file;
    private final TaskCache cache;
    private final long recentBytes;
    private final CheckpointWriter writer;
    private final RetentionSweep retention;
    private final DirtyBudget budget;
    private final CommitTimes commits;
    private final Semaphore wakeUps;
    private final InstantSource time;

    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile boolean closing;
    private volatile @Nullable String trouble;
    private volatile boolean hasMoreToRemove;

    // Guarded by this.
    private CompletableFuture<Void> deletions = CompletableFuture.completedFuture(null);

    // Confined to the commit thread.
    private boolean evictionFails;

    /**
     * @param recentBytes bound of the cache
     * @param wakeUps has a permit when many bytes are dirty
     */
    Checkpointer(
            Committer committer,
            StoreFile file,
            TaskCache cache,
            long recentBytes,
            CheckpointWriter writer,
            RetentionSweep retention,
            DirtyBudget budget,
            CommitTimes commits,
            Semaphore wakeUps,
            InstantSource time) {
        this.committer = committer;
        this.file = file;
        this.cache = cache;
        this.recentBytes = recentBytes;
        this.writer = writer;
        this.retention = retention;
        this.budget = budget;
        this.commits = commits;
        this.wakeUps = wakeUps;
        this.time = time;
    }

    /** Returns why checkpoints fail, {@code null} if they succeed. */
    @Nullable
    String trouble() {
        return trouble;
    }

    @Override
    public void run() {
        int checkpoints = 0;
        while (!closing) {
            try {
                if (trouble != null && closed.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
                long pause = hasMoreToRemove ? SHORT_MILLIS : INTERVAL_MILLIS;
                boolean isUrgent = wakeUps.tryAcquire(pause, TimeUnit.MILLISECONDS);
                wakeUps.drainPermits();
                if (isUrgent && trouble == null && checkpoints < CHECKPOINTS_BETWEEN) {
                    checkpoints++;
                    attempt(this::checkpoint);
                } else {
                    checkpoints = 0;
                    attempt(this::runMaintenance);
                }
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "The checkpoint thread was interrupted, and continues: only close() ends it");
            }
        }
    }

    private void attempt(Runnable work) {
        try {
            work.run();
            trouble = null;
            budget.setStoreFailing(false);
        } catch (RuntimeException | Error e) {
            if (trouble == null) {
                LOG.log(
                        Level.ERROR,
                        "The log's store fails, and is tried again until it can be written; the journal keeps what is appended",
                        e);
            }
            trouble = "The log's store fails: " + e.getMessage();
            budget.setStoreFailing(true);
        }
    }

    /** Checkpoints, applies retention and compacts. Does not wait for the deletions that it begins. */
    synchronized void runMaintenance() {
        checkpoint();
        try {
            applyRetention();
        } catch (RuntimeException | Error e) {
            file.markBroken(e);
            reopenAfter(e);
            throw e;
        }
    }

    private void applyRetention() {
        if (file.writable().isReadOnly()) {
            return;
        }
        // Not waited for: the commit thread may itself wait for a checkpoint.
        if (deletions.isDone()) {
            List<ExpiredTask> expired = retention.expiredTasks();
            deletions =
                    CompletableFuture.allOf(expired.stream().map(this::delete).toArray(CompletableFuture[]::new));
            hasMoreToRemove = expired.size() == RetentionSweep.TASKS;
        }
        hasMoreToRemove |= retention.trim();
        retention.compact();
    }

    /** Returns a stage that completes when the deletions begun last are committed. */
    synchronized CompletableFuture<Void> deletions() {
        return deletions;
    }

    private CompletableFuture<Boolean> delete(ExpiredTask expired) {
        CachedTask task = cache.loadPinned(expired.id());
        if (task == null) {
            return CompletableFuture.completedFuture(false);
        }
        if (task.ordinal() != expired.ordinal()) {
            task.unpin();
            return CompletableFuture.completedFuture(false);
        }
        // After a failure the next sweep finds the task again.
        return committer.submit(WriteRequest.deletion(task)).exceptionally(failure -> false);
    }

    /** Brings all committed changes into the store, then enforces the bounds of the cache. */
    synchronized void checkpoint() {
        try {
            reopenIfFailed();
            write(runOnCommitThread(committer::beginCheckpoint));
        } finally {
            enforceCacheBounds();
        }
    }

    private void enforceCacheBounds() {
        try {
            runOnCommitThread(() -> {
                tryToEnforceCacheBounds();
                return true;
            });
        } catch (EventLogException e) {
            // The commit thread has ended, which beginCheckpoint has reported.
        }
    }

    /** A failure here must not count as one of the store, which has the checkpoint. */
    private void tryToEnforceCacheBounds() {
        try {
            cache.enforceBounds(recentBytes, time.millis());
            evictionFails = false;
        } catch (RuntimeException e) {
            if (!evictionFails) {
                LOG.log(Level.ERROR, "The recent events can't be kept within their bounds in the heap", e);
            }
            evictionFails = true;
        }
    }

    private void write(Checkpoint checkpoint) {
        if (checkpoint.dirtyTasks().isEmpty()) {
            return;
        }
        commits.setCheckpointing(true);
        try {
            writer.write(checkpoint);
        } catch (RuntimeException | Error e) {
            putBack(checkpoint.dirtyTasks().stream().map(DirtyTask::cached).toList());
            reopenAfter(e);
            throw e;
        } finally {
            commits.setCheckpointing(false);
        }
    }

    private void reopenIfFailed() {
        if (file.reopenIfFailed()) {
            cache.salvaged();
            putBack(cache.all());
        }
    }

    /** Reopens at once, for readers: a store that failed has closed itself. */
    private void reopenAfter(Throwable failure) {
        try {
            reopenIfFailed();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void putBack(Collection<CachedTask> tasks) {
        runOnCommitThread(() -> {
            committer.putBack(tasks);
            return true;
        });
    }

    private <T> T runOnCommitThread(Callable<T> command) {
        try {
            return committer.runOnCommitThread(command).join();
        } catch (CompletionException e) {
            throw new EventLogException.Unavailable(String.valueOf(e.getCause()), e.getCause());
        }
    }

    /** Ends the thread after its current step. */
    void close() {
        closing = true;
        closed.countDown();
        wakeUps.release();
    }
}
