package io.taskstream.eventlog.embedded;

import java.io.EOFException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether something failed because the store's file holds what was never written to it. Only MVStore and
 * {@link CheckedType} can see that. Whatever else fails is a fault of this program: no reason to drop what the file holds.
 */
final class Corruption {

    private Corruption() {}

    /** Not so a disk that fails, a file that another process uses, or one that a newer version has written. */
    static boolean isIn(@Nullable Throwable failure) {
        boolean isFound = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Error || cause instanceof Fault) {
                // MVStore passes these on as if they were damage.
                return false;
            }
            isFound |= isDamage(cause);
        }
        return isFound;
    }

    private static boolean isDamage(Throwable failure) {
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

    /** What MVStore failed with when nothing but its own code was at work on the file. */
    static MVStoreException of(RuntimeException failure) {
        return DataUtils.newMVStoreException(
                DataUtils.ERROR_FILE_CORRUPT, "The file is damaged: {0}", failure, failure);
    }

    /** Says that something can't be read or written though no byte of it was changed on the disk. */
    static final class Fault extends IllegalStateException {

        private static final long serialVersionUID = 1;

        Fault(String message, RuntimeException cause) {
            super(message, cause);
        }
    }
}
