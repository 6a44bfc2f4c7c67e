package io.taskstream.testing;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs its tasks when told, on the calling thread; or refuses one, as a managed executor does without a free thread. */
public final class ManualExecutor implements Executor {

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> refusals = new ConcurrentLinkedQueue<>();

    /** Takes the next task not, but runs this instead, which throws. */
    public void refuseNext(Runnable refusal) {
        refusals.add(refusal);
    }

    /** Refuses the next task. */
    public void refuseNext() {
        refuseNext(() -> {
            throw new RejectedExecutionException("There is no thread");
        });
    }

    @Override
    public void execute(Runnable work) {
        Runnable refusal = refusals.poll();
        if (refusal == null) {
            waiting.add(work);
        } else {
            refusal.run();
        }
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
