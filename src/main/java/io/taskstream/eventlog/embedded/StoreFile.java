package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The file of the store: opened, and opened again after it failed. Reads go through here, so that one that met with a
 * page just moved by compaction is tried again. Thread-safe; opening and closing is left to one thread.
 */
final class StoreFile implements AutoCloseable {

    private static final Logger LOG = System.getLogger(StoreFile.class.getName());
    private static final int ATTEMPTS = 3;

    /** About what it takes to open the file again. */
    private static final long REOPENING = TimeUnit.MILLISECONDS.toNanos(50);

    private final FilePath file;
    private final FilePath salvaged;
    private final int cacheMegabytes;
    private final InstantSource time;

    private volatile @Nullable Store store;
    private volatile boolean broken;
    private volatile boolean corruptionLogged;

    // Touched by the one thread only.
    private @Nullable Throwable damage;
    private boolean hasSalvaged;

    private StoreFile(FilePath file, int cacheMegabytes, InstantSource time) {
        this.file = file;
        this.salvaged = FilePath.get(file + ".salvaged");
        this.cacheMegabytes = cacheMegabytes;
        this.time = time;
    }

    /**
     * Opens the file, or creates it; for reading only if it can't be written. Of one that is damaged, what can be read is
     * salvaged.
     *
     * @throws IllegalStateException if another process has it open, or a newer version has written it
     * @throws EventLogException.Unavailable if the disk fails
     */
    static StoreFile open(FilePath file, int cacheMegabytes, InstantSource time) {
        var opened = new StoreFile(file, cacheMegabytes, time);
        try {
            opened.open();
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new IllegalStateException(
                        "The log " + file + " is open in another process; two servers can't share one directory", e);
            }
            if (e.getErrorCode() == DataUtils.ERROR_UNSUPPORTED_FORMAT) {
                throw new IllegalStateException("The log " + file + " is of a newer version: " + e.getMessage(), e);
            }
            throw new EventLogException.Unavailable("The log " + file + " can't be opened: " + e.getMessage(), e);
        }
        return opened;
    }

    private void open() {
        if (!file.exists() && salvaged.exists()) {
            // The process ended between the last two steps.
            salvaged.moveTo(file, false);
        }
        try {
            store = Store.open(file, cacheMegabytes);
        } catch (RuntimeException e) {
            if (!Corruption.isIn(e)) {
                throw e;
            }
            salvage(e);
        }
    }

    /** Puts a new file in the place of the one that is damaged, with what can be read of that. */
    private void salvage(Throwable found) {
        FilePath aside = FilePath.get(file + "." + time.millis() + ".corrupt");
        LOG.log(
                Level.ERROR,
                "The log " + file + " is damaged. It is kept as " + aside
                        + "; a new one takes its place with what can be read of it",
                found);
        salvaged.delete();
        boolean isReadable = copyReadable();
        abandon();
        file.moveTo(aside, false);
        if (isReadable) {
            salvaged.moveTo(file, false);
        }
        store = Store.open(file, cacheMegabytes);
        hasSalvaged = true;
    }

    /** Answers false if not even the file can be opened. */
    private boolean copyReadable() {
        Store serving = store;
        if (serving != null && !serving.isClosed()) {
            copy(serving.mvStore());
            return true;
        }
        MVStore old;
        try {
            old = Store.openFile(file, cacheMegabytes);
        } catch (RuntimeException e) {
            if (!Corruption.isIn(e)) {
                throw e;
            }
            LOG.log(Level.ERROR, "Nothing of it can be read; the tasks that the journal does not have are lost");
            return false;
        }
        try {
            copy(old);
        } finally {
            old.closeImmediately();
        }
        return true;
    }

    private void copy(MVStore old) {
        try (Store sound = Store.open(salvaged, cacheMegabytes)) {
            long unreadable = new Salvage(old, sound).copy();
            LOG.log(Level.ERROR, "It was read but for {0} pages; tasks and events in them are lost", unreadable);
        }
    }

    /** The open store, for its one writer. */
    Store writable() {
        Store open = store;
        if (open == null) {
            throw new EventLogException.Unavailable("The log's store is closed", null);
        }
        return open;
    }

    /**
     * Reads something.
     *
     * @throws EventLogException.Unavailable if the store fails, or what was to be read is damaged
     */
    <T extends @Nullable Object> T read(Function<Store, T> reading) {
        RuntimeException failure = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                return reading.apply(writable());
            } catch (EventLogException e) {
                throw e;
            } catch (RuntimeException e) {
                failure = e;
                awaitReopening();
            }
        }
        if (!Corruption.isIn(failure)) {
            broken = true;
        } else if (!corruptionLogged) {
            // All else can be read as before; it is salvaged when it must be written, or at the next start.
            corruptionLogged = true;
            LOG.log(Level.ERROR, "The log " + file + " is damaged; what lies there can't be read", failure);
        }
        throw new EventLogException.Unavailable("The log's store can't be read", failure);
    }

    private void awaitReopening() {
        Store open = store;
        if (open != null && open.isClosed()) {
            LockSupport.parkNanos(REOPENING);
        }
    }

    /** Says that it is to be opened again, since it failed like that. */
    void markBroken(Throwable failure) {
        broken = true;
        if (Corruption.isIn(failure)) {
            damage = failure;
        }
    }

    /**
     * Opens the file again if it failed; what was not committed is lost from it. A damaged one is salvaged, but once only:
     * should that not help, more attempts would fill the disk. Answers whether it was.
     */
    boolean reopenIfFailed() {
        Store failed = store;
        if (failed != null && !failed.isClosed() && (failed.isReadOnly() ? !file.canWrite() : !broken)) {
            return false;
        }
        boolean hadSalvaged = hasSalvaged;
        abandon();
        open();
        if (damage != null && !hasSalvaged) {
            salvage(damage);
        }
        damage = null;
        broken = false;
        return hasSalvaged && !hadSalvaged;
    }

    /** Closes it without writing anything. */
    void abandon() {
        Store open = store;
        if (open != null) {
            open.abandon();
        }
    }

    @Override
    public void close() {
        Store open = store;
        store = null;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (RuntimeException e) {
            // The journal has what it does not have.
            LOG.log(Level.WARNING, "The log " + file + " can't be closed as it should be", e);
            open.abandon();
        }
    }
}
