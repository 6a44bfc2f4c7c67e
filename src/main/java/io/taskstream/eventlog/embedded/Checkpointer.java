package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.embedded.Committer.Checkpoint;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Has the store take what is in the journal, and the house kept, every while, and sooner if much has come in. */
final class Checkpointer implements Runnable {

    private static final Logger LOG = System.getLogger(Checkpointer.class.getName());
    private static final long INTERVAL_MILLIS = 1_500;

    /** After so many turns of only storing, each of some megabytes, the house is kept. */
    private static final int STORES_BETWEEN = 4;

    /** How long a store that failed is left alone, however much comes in meanwhile. */
    private static final long RETRY_MILLIS = 250;

    /** How long it waits if it could go on at once. */
    private static final long SHORT_MILLIS = 20;

    private final Committer committer;
    private final StoreFile file;
    private final TaskCache live;
    private final CheckpointWriter checkpointWriter;
    private final RetentionSweep retentionSweep;
    private final RecentSweep sweep;
    private final DirtyBudget unstored;
    private final Semaphore wakeUps;

    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile boolean closing;
    private volatile @Nullable String trouble;

    // Guarded by this.
    private CompletableFuture<Void> deletions = CompletableFuture.completedFuture(null);

    private volatile boolean more;

    // Touched by the committing thread only.
    private boolean sweepFails;

    /**
     * @param wakeUps has a permit when there is much to store
     */
    Checkpointer(
            Committer committer,
            StoreFile file,
            TaskCache live,
            CheckpointWriter checkpointWriter,
            RetentionSweep retentionSweep,
            RecentSweep sweep,
            DirtyBudget unstored,
            Semaphore wakeUps) {
        this.committer = committer;
        this.file = file;
        this.live = live;
        this.checkpointWriter = checkpointWriter;
        this.retentionSweep = retentionSweep;
        this.sweep = sweep;
        this.unstored = unstored;
        this.wakeUps = wakeUps;
    }

    /** What keeps it from storing, {@code null} if nothing does. */
    @Nullable
    String trouble() {
        return trouble;
    }

    @Override
    public void run() {
        int stores = 0;
        while (!closing) {
            try {
                if (trouble != null && closed.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
                boolean isUrgent = wakeUps.tryAcquire(more ? SHORT_MILLIS : INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
                wakeUps.drainPermits();
                // However much comes in, the house is kept now and then.
                if (isUrgent && trouble == null && stores < STORES_BETWEEN) {
                    stores++;
                    tryTo(this::store);
                } else {
                    stores = 0;
                    tryTo(this::runMaintenance);
                }
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "The storing thread was interrupted, and goes on: only close() ends it");
            }
        }
    }

    private void tryTo(Runnable work) {
        try {
            work.run();
            trouble = null;
            unstored.stuck(false);
        } catch (RuntimeException | Error e) {
            if (trouble == null) {
                LOG.log(Level.ERROR, "The log's store fails; it is tried again and again", e);
            }
            trouble = "The log's store fails: " + e.getMessage();
            unstored.stuck(true);
        }
    }

    /** Does all there is to do, but for deletions, which are begun. */
    synchronized void runMaintenance() {
        store();
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
        // They are not waited for here: the committing thread may itself wait for this one.
        if (deletions.isDone()) {
            List<RetentionSweep.ExpiredTask> expiredTasks = retentionSweep.expiredTasks();
            deletions =
                    CompletableFuture.allOf(expiredTasks.stream().map(this::delete).toArray(CompletableFuture[]::new));
            more = expiredTasks.size() == RetentionSweep.TASKS;
        }
        more |= retentionSweep.trim();
        retentionSweep.compact();
    }

    /** Is complete when the deletions that were last begun are done. */
    synchronized CompletableFuture<Void> deletions() {
        return deletions;
    }

    private CompletableFuture<Boolean> delete(RetentionSweep.ExpiredTask expiredTasks) {
        CachedTask task = live.loadPinned(expiredTasks.id());
        if (task == null) {
            return CompletableFuture.completedFuture(false);
        }
        if (task.ordinal() != expiredTasks.ordinal()) {
            task.unpin();
            return CompletableFuture.completedFuture(false);
        }
        // Should it fail, it is outdated the next time too.
        return committer.submit(WriteRequest.deletion(task)).exceptionally(failure -> false);
    }

    /** Has the store take everything that has been committed. */
    synchronized void store() {
        try {
            reopenIfFailed();
            take(runOnCommitThread(committer::beginCheckpoint));
        } finally {
            sweep();
        }
    }

    private void sweep() {
        try {
            runOnCommitThread(() -> {
                trySweep();
                return true;
            });
        } catch (EventLogException e) {
            // The committing thread has ended, as the cut has told.
        }
    }

    /** A failure here is none of the store, which has taken what it was given. */
    private void trySweep() {
        try {
            sweep.sweep();
            sweepFails = false;
        } catch (RuntimeException e) {
            if (!sweepFails) {
                LOG.log(Level.ERROR, "The recent events can't be kept within their bounds in the heap", e);
            }
            sweepFails = true;
        }
    }

    private void take(Checkpoint beginCheckpoint) {
        if (beginCheckpoint.unstored().isEmpty()) {
            return;
        }
        try {
            checkpointWriter.take(beginCheckpoint);
        } catch (RuntimeException | Error e) {
            putBack(beginCheckpoint.unstored().stream().map(DirtyTask::live).toList());
            reopenAfter(e);
            throw e;
        }
    }

    private void reopenIfFailed() {
        if (file.reopenIfFailed()) {
            live.salvaged();
            putBack(live.all());
        }
    }

    /** A store that failed has closed itself: it is opened at once, for those who read. */
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

    /** Takes up no further work. */
    void close() {
        closing = true;
        closed.countDown();
        wakeUps.release();
    }
}
