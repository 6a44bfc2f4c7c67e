package io.taskstream.testing;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** Threads for tests; they don't keep the process alive. */
public final class TestExecutors {

    private static final ExecutorService SHARED = Executors.newFixedThreadPool(4, TestExecutors::daemon);

    private TestExecutors() {}

    /** A few threads. */
    public static Executor shared() {
        return SHARED;
    }

    public static ThreadFactory threads() {
        return TestExecutors::daemon;
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
