package io.taskstream.testing;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Runs its tasks when told, on the calling thread. */
public final class ManualExecutor implements Executor {

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable work) {
        waiting.add(work);
    }

    public int waiting() {
        return waiting.size();
    }

    /** Runs the first waiting task, if there is one. */
    public void runOne() {
        Runnable work = waiting.poll();
        if (work != null) {
            work.run();
        }
    }

    /** Runs all tasks, also those that are added meanwhile. */
    public void runAll() {
        while (!waiting.isEmpty()) {
            runOne();
        }
    }
}
