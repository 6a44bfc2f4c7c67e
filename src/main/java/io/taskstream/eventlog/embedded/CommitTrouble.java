package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** What prevents commits: trouble that may pass, or a failure until the next start. Each is logged once. Thread-safe. */
final class CommitTrouble {

    private static final Logger LOG = System.getLogger(CommitTrouble.class.getName());
    private static final String FAILED = "The log has failed, and needs the server to be started again";

    /** Allocated in advance: the heap may be full when it is needed. */
    private final EventLogException bareFailure = new EventLogException.Unavailable(FAILED, null);

    private volatile @Nullable String passing;
    private volatile @Nullable EventLogException failure;

    /** Returns what it is, for people; {@code null} if nothing is. */
    @Nullable
    String text() {
        EventLogException failed = failure;
        return failed == null ? passing : failed.getMessage();
    }

    /** Returns the failure that refuses all commits until the next start, {@code null} if there is none. */
    @Nullable
    EventLogException failure() {
        return failure;
    }

    /** Returns what a request is told that comes too late. */
    EventLogException refusal() {
        EventLogException failed = failure;
        return failed == null ? new EventLogException.Unavailable("The log is closed", null) : failed;
    }

    /** Records a failure, unless there is one, and has the committer close. */
    void fail(Throwable cause, Runnable close) {
        if (failure == null) {
            failure = bareFailure;
            close.run();
            failure = new EventLogException.Unavailable(FAILED + ": " + cause, cause);
            LOG.log(Level.ERROR, "The log has failed, and accepts nothing until the server is started again", cause);
        }
    }

    /** Records trouble, and returns what the requests of the group are told. */
    EventLogException begin(Throwable cause) {
        if (passing == null) {
            LOG.log(Level.ERROR, "The log can't be written; nothing is accepted until it can", cause);
        }
        String text = "The log can't be written: " + (cause instanceof IOException ? cause.getMessage() : cause);
        passing = text;
        return new EventLogException.Unavailable(text, cause);
    }

    /** Records that the trouble has passed. */
    void end() {
        if (passing != null) {
            passing = null;
            LOG.log(Level.INFO, "The log can be written again");
        }
    }
}
