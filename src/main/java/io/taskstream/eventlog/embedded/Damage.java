package io.taskstream.eventlog.embedded;

import java.io.EOFException;
import java.nio.BufferUnderflowException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/** Tells whether something failed because a file holds what was never written to it. */
final class Damage {

    private Damage() {}

    /** Not so a disk that fails, a file that another process uses, or one that a newer version has written. */
    static boolean isIn(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isDamage(cause)) {
                return true;
            }
        }
        return false;
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
        return failure instanceof EOFException
                || failure instanceof BufferUnderflowException
                || failure instanceof IndexOutOfBoundsException
                || failure instanceof NegativeArraySizeException
                || failure instanceof IllegalArgumentException;
    }
}
