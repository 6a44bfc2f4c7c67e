package io.taskstream.eventlog;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * The state of an upload: a producer's stream of bytes into a task, under a name of its own. The log keeps it with the events
 * that the bytes became, in the same commit, so a producer that lost its connection can resume exactly.
 *
 * @param name 1 to 64 of {@code A-Z a-z 0-9 . _ ~ -}, but neither {@code .} nor {@code ..}; unique within the task
 * @param type the media type of the bytes, without parameters
 * @param offset the number of bytes that are in the log
 * @param complete whether the producer has said that no byte follows
 * @param turn counts the requests that have claimed the upload; only the newest may advance it
 * @param heard when a request of the upload was last heard of
 * @param interval the longest silence that the producer has announced, in seconds; 0 if it has announced none
 */
public record Upload(String name, String type, long offset, boolean complete, long turn, Instant heard, int interval) {

    /** The maximum number of uploads that a task keeps. */
    public static final int MAX_PER_TASK = 64;

    /** How long a producer may stay silent beyond what it has announced, before it counts as lost. */
    public static final Duration GRACE = Duration.ofSeconds(10);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~-]{1,64}");

    /**
     * @throws IllegalArgumentException if the name is none
     */
    public Upload {
        checkName(name);
    }

    static void checkName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("No name of an upload: " + name);
        }
    }

    /** Creates an upload without bytes. */
    public static Upload begin(String name, String type, Instant now) {
        return new Upload(name, type, 0, false, 0, now, 0);
    }

    /** Returns when the producer counts as lost unless it is heard of before. */
    public Instant lostAt() {
        return heard.plusSeconds(interval).plus(GRACE);
    }

    /** Tells whether the producer is lost: it has not said that it is done, and has been silent for too long. */
    public boolean isLost(Instant now) {
        return !complete && !now.isBefore(lostAt());
    }

    public static boolean isName(String text) {
        return NAME.matcher(text).matches() && !text.equals(".") && !text.equals("..");
    }
}
