package io.taskstream.eventlog.embedded.store;

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
 * The store's file, which is reopened after a failure and salvaged after corruption. Reads go through {@link #read}, which
 * retries those that met a page just moved by compaction. Thread-safe, but only the writing thread opens and closes it.
 */
public final class StoreFile implements AutoCloseable {

    private static final Logger LOG = System.getLogger(StoreFile.class.getName());
    private static final int ATTEMPTS = 3;

    /** About the time that reopening takes. */
    private static final long REOPENING = TimeUnit.MILLISECONDS.toNanos(50);

    private final FilePath file;
    private final FilePath salvaged;
    private final int cacheMegabytes;
    private final InstantSource time;

    private volatile @Nullable Store store;
    private volatile boolean broken;
    private volatile boolean corruptionLogged;

    // Confined to the writing thread.
    private @Nullable Throwable corruption;
    private boolean hasSalvaged;

    private StoreFile(FilePath file, int cacheMegabytes, InstantSource time) {
        this.file = file;
        this.salvaged = FilePath.get(file + ".salvaged");
        this.cacheMegabytes = cacheMegabytes;
        this.time = time;
    }

    /**
     * Opens or creates the file, for reading only if it can't be written. If it is corrupt, its readable part is salvaged.
     *
     * @throws IllegalStateException if another process has it open, or another version has written it
     * @throws EventLogException.Unavailable if the disk fails
     */
    public static StoreFile open(FilePath file, int cacheMegabytes, InstantSource time) {
        var opened = new StoreFile(file, cacheMegabytes, time);
        try {
            opened.open();
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new IllegalStateException(
                        "The log " + file
                                + " is open in another process or deployment; each needs a directory of its own",
                        e);
            }
            if (e.getErrorCode() == DataUtils.ERROR_UNSUPPORTED_FORMAT) {
                throw new IllegalStateException(
                        "The log " + file + " is of another version; start that one, which can export it: "
                                + e.getMessage(),
                        e);
            }
            throw new EventLogException.Unavailable("The log " + file + " can't be opened: " + e.getMessage(), e);
        }
        return opened;
    }

    private void open() {
        if (!file.exists() && salvaged.exists()) {
            // The process ended between the last two steps of a salvage.
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

    /** Sets the corrupt file aside and puts a new one with its readable part in its place. */
    private void salvage(Throwable found) {
        FilePath aside = FilePath.get(file + "." + time.millis() + ".corrupt");
        LOG.log(
                Level.ERROR,
                "The log " + file + " is corrupt. It is kept as " + aside
                        + "; a new file with everything that can be read replaces it",
                found);
        salvaged.delete();
        boolean isReadable = copyReadable();
        closeImmediately();
        file.moveTo(aside, false);
        if (isReadable) {
            salvaged.moveTo(file, false);
        }
        store = Store.open(file, cacheMegabytes);
        hasSalvaged = true;
    }

    /** Returns whether the file could be opened at all. */
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
            LOG.log(Level.ERROR, "Nothing of it can be read; tasks that are not in the journal are lost");
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
        try (Store target = Store.open(salvaged, cacheMegabytes)) {
            long unreadable = new Salvage(old, target).copy();
            LOG.log(Level.ERROR, "{0} pages of it are unreadable; their tasks and events are lost", unreadable);
        }
    }

    /** Returns the open store for its writer. */
    public Store writable() {
        Store open = store;
        if (open == null) {
            throw new EventLogException.Unavailable("The log's store is closed", null);
        }
        return open;
    }

    /**
     * Reads from the store.
     *
     * @throws EventLogException.Unavailable if the store fails or the page is corrupt
     */
    public <T extends @Nullable Object> T read(Function<Store, T> reading) {
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
            // Everything else stays readable; the next write or start salvages it.
            corruptionLogged = true;
            LOG.log(
                    Level.ERROR,
                    "The log " + file
                            + " is corrupt; some tasks or events can't be read until it is salvaged, at the latest by a restart",
                    failure);
        }
        throw new EventLogException.Unavailable("The log's store can't be read", failure);
    }

    private void awaitReopening() {
        Store open = store;
        if (open != null && open.isClosed()) {
            LockSupport.parkNanos(REOPENING);
        }
    }

    /** Requests that {@link #reopenIfFailed} reopens the file after this failure. */
    public void markBroken(Throwable failure) {
        broken = true;
        if (Corruption.isIn(failure)) {
            corruption = failure;
        }
    }

    /**
     * Reopens the file if it has failed; uncommitted changes are lost. A corrupt file is salvaged, but only once: further
     * attempts would fill the disk.
     *
     * @return whether it was salvaged
     */
    public boolean reopenIfFailed() {
        Store failed = store;
        if (failed != null && !failed.isClosed() && (failed.isReadOnly() ? !file.canWrite() : !broken)) {
            return false;
        }
        boolean hadSalvaged = hasSalvaged;
        closeImmediately();
        open();
        if (corruption != null && !hasSalvaged) {
            salvage(corruption);
        }
        corruption = null;
        broken = false;
        return hasSalvaged && !hadSalvaged;
    }

    /** Closes the file without writing. */
    public void closeImmediately() {
        Store open = store;
        if (open != null) {
            open.closeImmediately();
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
            // The journal holds what the store lacks.
            LOG.log(
                    Level.WARNING,
                    "The log " + file
                            + " can't be closed properly; the next start brings it up to date from the journal",
                    e);
            open.closeImmediately();
        }
    }
}
