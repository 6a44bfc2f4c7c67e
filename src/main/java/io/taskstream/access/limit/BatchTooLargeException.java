package io.taskstream.access.limit;

/** A batch has more events than the rate limit ever allows at once. Trying again does not help. */
public final class BatchTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BatchTooLargeException(long max) {
        super(
                "A batch has at most " + max + " events here, as many as may be published in a minute",
                null,
                false,
                false);
    }
}
