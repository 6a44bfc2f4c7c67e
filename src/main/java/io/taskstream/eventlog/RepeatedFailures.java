package io.taskstream.eventlog;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Logs failures of work that continues, exceptions and {@link Error}s, in bounded space: each kind of failure with its stack
 * trace the first time, then with its count the 2nd, 4th, 8th time and so on. A kind is an exception class and the position
 * in the code that threw it. Thread-safe; never throws.
 */
public final class RepeatedFailures {

    private static final int MAX_KINDS = 100;

    private final ConcurrentMap<String, AtomicLong> kinds = new ConcurrentHashMap<>();
    private final Logger log;
    private final String message;

    /**
     * @param message what failed, and the consequence
     */
    public RepeatedFailures(Logger log, String message) {
        this.log = log;
        this.message = message;
    }

    /** Counts the failure, and logs it if it is due. */
    public void report(Throwable failure) {
        try {
            String kind = kind(failure);
            long times = count(kind);
            if (times == 1) {
                log.log(Level.ERROR, message, failure);
            } else if (Long.bitCount(times) == 1) {
                log.log(Level.ERROR, message + " (" + kind + ", for the " + times + "th time)");
            }
        } catch (RuntimeException | Error e) {
            // The heap may be full; the caller must continue in any case.
        }
    }

    private static String kind(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String name = failure.getClass().getName();
        return trace.length == 0 ? name : name + " at " + trace[0];
    }

    private long count(String kind) {
        AtomicLong known = kinds.get(kind);
        if (known == null) {
            String counted = kinds.size() < MAX_KINDS ? kind : "";
            known = kinds.computeIfAbsent(counted, none -> new AtomicLong());
        }
        return known.incrementAndGet();
    }
}
