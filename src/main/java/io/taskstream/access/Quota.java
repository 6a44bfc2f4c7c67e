package io.taskstream.access;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Counts what each has taken and not given back, up to a limit. One who has nothing is not remembered. Thread-safe. */
final class Quota {

    private final ConcurrentMap<String, Integer> taken = new ConcurrentHashMap<>();
    private final int most;

    /**
     * @param most how many each may have, 0 for any number, which are not counted
     */
    Quota(int most) {
        this.most = most;
    }

    /** Takes one. Answers whether that was within the limit; if not, nothing is taken. */
    boolean take(String who) {
        return take(who, 0);
    }

    /** Takes one, where so many more are taken elsewhere. Answers as {@link #take(String)} does. */
    boolean take(String who, int elsewhere) {
        if (most == 0) {
            return true;
        }
        boolean[] isTaken = new boolean[1];
        taken.compute(who, (key, before) -> {
            int now = before == null ? 0 : before;
            isTaken[0] = now + elsewhere < most;
            return isTaken[0] ? Integer.valueOf(now + 1) : before;
        });
        return isTaken[0];
    }

    /** Gives one back. */
    void release(String who) {
        taken.computeIfPresent(who, (key, before) -> before == 1 ? null : before - 1);
    }
}
