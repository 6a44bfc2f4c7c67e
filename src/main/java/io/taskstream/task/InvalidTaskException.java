package io.taskstream.task;

/** A task that can't be as it was asked for; the member at fault is named. */
public final class InvalidTaskException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String member;

    public InvalidTaskException(String member, String message) {
        super(message);
        this.member = member;
    }

    /** The JSON member or parameter that is wrong. */
    public String member() {
        return member;
    }
}
