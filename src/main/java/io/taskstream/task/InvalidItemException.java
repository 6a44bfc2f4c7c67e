package io.taskstream.task;

/** An event that is not one JSON value, or a known item with a missing or wrong member; the message names it. */
public class InvalidItemException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    public InvalidItemException(String message) {
        super(message);
    }

    /** JSON with too many elements in an array, or events in a batch; the message gives the bound. */
    public static final class TooManyElements extends InvalidItemException {

        private static final long serialVersionUID = 1;

        TooManyElements(int most) {
            super("An array in JSON has at most " + most + " elements, and a batch as many events");
        }
    }
}
