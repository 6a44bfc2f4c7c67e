package io.taskstream.eventlog.embedded.store;

import java.io.EOFException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Tells corruption of the store's file from all other failures. Only MVStore and {@link CheckedType} can detect it. Any
 * other failure is a bug or an environment problem, and no reason to discard data.
 */
public final class Corruption {

    private Corruption() {}

    /** Returns whether the file is corrupt; false for a failing disk, a locked file, or a file of a newer version. */
    public static boolean isIn(@Nullable Throwable failure) {
        boolean isFound = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Error || cause instanceof Fault) {
                // MVStore reports these as corruption, too.
                return false;
            }
            isFound |= isCorruption(cause);
        }
        return isFound;
    }

    private static boolean isCorruption(Throwable failure) {
        if (failure instanceof MVStoreException store) {
            return switch (store.getErrorCode()) {
                case DataUtils.ERROR_FILE_CORRUPT,
                        DataUtils.ERROR_CHUNK_NOT_FOUND,
                        DataUtils.ERROR_INTERNAL,
                        DataUtils.ERROR_SERIALIZATION -> true;
                default -> false;
            };
        }
        return failure instanceof EOFException;
    }

    /** Wraps what MVStore threw while only its own code read the file. */
    static MVStoreException of(RuntimeException failure) {
        return DataUtils.newMVStoreException(
                DataUtils.ERROR_FILE_CORRUPT, "The file is corrupt: {0}", failure, failure);
    }

    /** A failure to encode or decode a page whose checksum is right. */
    static final class Fault extends IllegalStateException {

        private static final long serialVersionUID = 1;

        Fault(String message, RuntimeException cause) {
            super(message, cause);
        }
    }
}
