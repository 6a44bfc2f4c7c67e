package io.taskstream.task;

/** An event that is not one JSON value, or a known item with a missing or wrong member; the message names it. */
public final class InvalidItemException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    public InvalidItemException(String message) {
        super(message);
    }
}
