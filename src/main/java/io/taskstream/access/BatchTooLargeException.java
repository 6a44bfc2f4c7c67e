package io.taskstream.access;

/** A batch has more events than may ever be published at once: to try again later does not help. */
public final class BatchTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BatchTooLargeException(long most) {
        super(
                "A batch has at most " + most + " events here, as many as may be published in a minute",
                null,
                false,
                false);
    }
}
