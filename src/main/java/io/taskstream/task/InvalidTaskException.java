package io.taskstream.task;

/** A request for a task with a wrong member, which the exception names. */
public final class InvalidTaskException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String member;

    public InvalidTaskException(String member, String message) {
        super(message);
        this.member = member;
    }

    /** Returns the JSON member or parameter that is wrong. */
    public String member() {
        return member;
    }
}
