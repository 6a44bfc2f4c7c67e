package io.taskstream.eventlog.redis;

import java.time.Duration;

/**
 * How patient the engine is.
 *
 * @param command how long one command may take
 * @param append how long to go on trying to append, from when each was asked for; one command may come on top
 * @param reread how often to read what is watched without having been woken, and to ask whether Redis answers
 */
public record RedisTimes(Duration command, Duration append, Duration reread) {

    public RedisTimes {
        // A call that is made again when its answer is forgotten would be done twice.
        if (append.plus(command).compareTo(AppendCall.ANSWER_KEPT.minusSeconds(30)) > 0) {
            throw new IllegalArgumentException(
                    "Appends are tried for longer than their answers are kept: " + append + " and " + command);
        }
    }

    /** Two seconds for a command, five to append, and a look every three. */
    public static RedisTimes usual() {
        return new RedisTimes(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(3));
    }
}
