package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.function.Function;
import org.h2.mvstore.DataUtils;
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

    private final FilePath file;
    private final int cacheMegabytes;

    private volatile @Nullable Store store;
    private volatile boolean broken;

    private StoreFile(FilePath file, int cacheMegabytes) {
        this.file = file;
        this.cacheMegabytes = cacheMegabytes;
    }

    /**
     * Opens the file, or creates it. One that can't be read at all is moved aside, and an empty one takes its place.
     *
     * @throws IllegalStateException if another process has it open, or the disk fails
     */
    static StoreFile open(FilePath file, int cacheMegabytes, InstantSource time) {
        var opened = new StoreFile(file, cacheMegabytes);
        try {
            opened.store = Store.open(file, cacheMegabytes);
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new IllegalStateException(
                        "The log " + file + " is open in another process; two servers can't share one directory", e);
            }
            if (!isDamage(e)) {
                throw new IllegalStateException("The log " + file + " can't be opened: " + e.getMessage(), e);
            }
            FilePath aside = FilePath.get(file + "." + time.millis() + ".corrupt");
            LOG.log(
                    Level.ERROR,
                    "The log " + file + " can't be read. It is kept as " + aside + "; a new one begins",
                    e);
            file.moveTo(aside, false);
            opened.store = Store.open(file, cacheMegabytes);
        }
        return opened;
    }

    /** Not so a file that a newer version has written. */
    private static boolean isDamage(MVStoreException e) {
        return e.getErrorCode() == DataUtils.ERROR_FILE_CORRUPT
                || e.getErrorCode() == DataUtils.ERROR_CHUNK_NOT_FOUND
                || e.getErrorCode() == DataUtils.ERROR_INTERNAL;
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
     * @throws EventLogException.Unavailable if the store fails
     */
    <T extends @Nullable Object> T read(Function<Store, T> reading) {
        RuntimeException failure = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                return reading.apply(writable());
            } catch (MVStoreException | IllegalStateException e) {
                failure = e;
            }
        }
        broken = true;
        throw new EventLogException.Unavailable("The log's store can't be read", failure);
    }

    /** Says that it is to be opened again. */
    void markBroken() {
        broken = true;
    }

    /** Opens the file again if it failed; what was not committed is lost from it. */
    void mend() {
        Store failed = store;
        if (failed != null && !broken && !failed.isClosed()) {
            return;
        }
        if (failed != null) {
            failed.abandon();
        }
        store = Store.open(file, cacheMegabytes);
        broken = false;
    }

    @Override
    public void close() {
        Store open = store;
        store = null;
        if (open != null) {
            open.close();
        }
    }
}
