package io.taskstream.eventlog;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes failures of work that goes on to the log, an {@link Error} as well as an exception, in bounded space: each kind
 * of failure with its stack trace the first time, then with its number the second, fourth, eighth time, and so on. A kind
 * is a class and the place that threw it. Thread-safe; never throws.
 */
public final class RepeatedFailures {

    private static final int MOST_KINDS = 100;

    private final ConcurrentMap<String, AtomicLong> kinds = new ConcurrentHashMap<>();
    private final Logger log;
    private final String message;

    /**
     * @param message says what failed, and what that means
     */
    public RepeatedFailures(Logger log, String message) {
        this.log = log;
        this.message = message;
    }

    /** Counts the failure, and writes it if its turn has come. */
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
            // There is no memory to say so, say, and whoever reports goes on with its work.
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
            String counted = kinds.size() < MOST_KINDS ? kind : "";
            known = kinds.computeIfAbsent(counted, none -> new AtomicLong());
        }
        return known.incrementAndGet();
    }
}
