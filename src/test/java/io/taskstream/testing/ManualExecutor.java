package io.taskstream.testing;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Runs what it was given when told, on the thread that tells it. */
public final class ManualExecutor implements Executor {

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable work) {
        waiting.add(work);
    }

    public int waiting() {
        return waiting.size();
    }

    /** Runs the first that waits, if one does. */
    public void runOne() {
        Runnable work = waiting.poll();
        if (work != null) {
            work.run();
        }
    }

    /** Runs all, and what they give it meanwhile. */
    public void runAll() {
        while (!waiting.isEmpty()) {
            runOne();
        }
    }
}
