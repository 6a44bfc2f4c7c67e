package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.embedded.Committer.Cut;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Has the store take what is in the journal, and the house kept, every while, and sooner if much has come in. */
final class StoringThread implements Runnable {

    private static final Logger LOG = System.getLogger(StoringThread.class.getName());
    private static final long INTERVAL_MILLIS = 1_500;

    private final Committer committer;
    private final StoreFile file;
    private final Storer storer;
    private final Housekeeper housekeeper;
    private final RecentSweep sweep;
    private final UnstoredBound unstored;
    private final Semaphore wakeUps;

    private volatile boolean closing;
    private volatile @Nullable String trouble;

    /**
     * @param wakeUps has a permit when there is much to store
     */
    StoringThread(
            Committer committer,
            StoreFile file,
            Storer storer,
            Housekeeper housekeeper,
            RecentSweep sweep,
            UnstoredBound unstored,
            Semaphore wakeUps) {
        this.committer = committer;
        this.file = file;
        this.storer = storer;
        this.housekeeper = housekeeper;
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
        while (!closing) {
            try {
                boolean isUrgent = wakeUps.tryAcquire(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
                wakeUps.drainPermits();
                if (isUrgent && trouble == null) {
                    tryTo(this::store);
                } else {
                    tryTo(this::tend);
                }
            } catch (InterruptedException e) {
                closing = true;
            }
        }
    }

    private void tryTo(Runnable work) {
        try {
            work.run();
            trouble = null;
            unstored.stuck(false);
        } catch (RuntimeException e) {
            if (trouble == null) {
                LOG.log(Level.ERROR, "The log's store fails; it is tried again and again", e);
            }
            trouble = "The log's store fails: " + e.getMessage();
            unstored.stuck(true);
        }
    }

    /** Does all there is to do. */
    synchronized void tend() {
        store();
        housekeeper.outdated().stream().map(this::delete).toList().forEach(CompletableFuture::join);
        housekeeper.trim();
        housekeeper.compact();
    }

    /** Should it fail, it is outdated the next time too. */
    private CompletableFuture<Boolean> delete(Housekeeper.Outdated task) {
        return committer
                .submit(new Order<>(staging -> staging.delete(task.id(), task.ordinal())))
                .exceptionally(failure -> false);
    }

    /** Has the store take everything that has been committed. */
    synchronized void store() {
        file.mend();
        Cut cut = between(committer::cut);
        try {
            if (!cut.unstored().isEmpty()) {
                storer.take(cut);
            }
        } catch (RuntimeException e) {
            between(() -> {
                committer.putBack(cut);
                return cut;
            });
            throw e;
        }
        between(() -> {
            sweep.sweep();
            return cut;
        });
    }

    private <T> T between(Callable<T> command) {
        try {
            return committer.between(command).join();
        } catch (CompletionException e) {
            throw new EventLogException.Unavailable(String.valueOf(e.getCause()), e.getCause());
        }
    }

    /** Takes up no further work. */
    void close() {
        closing = true;
        wakeUps.release();
    }
}
