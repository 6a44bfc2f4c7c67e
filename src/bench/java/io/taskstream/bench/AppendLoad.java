package io.taskstream.bench;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Publishers that append to a log for some time, each to a task of its own, and each when its last append was answered.
 *
 * @param publishers how many there are
 * @param batch what they append
 * @param nanos for how long, in nanoseconds
 */
record AppendLoad(int publishers, Batch batch, long nanos) {

    private static final AtomicLong NAMES = new AtomicLong();

    /** Events a second with a thread for each publisher, which waits. */
    long inThreads(EventLog log) {
        List<TaskId> tasks = tasks(log);
        var appended = new AtomicLong();
        long start = System.nanoTime();
        List<Thread> threads = tasks.stream()
                .map(task -> new Thread(() -> {
                    long mine = 0;
                    while (System.nanoTime() - start < nanos) {
                        mine += log.append(task, batch)
                                .toCompletableFuture()
                                .join()
                                .count();
                    }
                    appended.addAndGet(mine);
                }))
                .toList();
        threads.forEach(Thread::start);
        threads.forEach(AppendLoad::join);
        return rate(appended.get(), start);
    }

    /** Events a second with publishers that hold no thread, as in the server, where nobody waits. */
    long inStages(EventLog log) {
        var appended = new AtomicLong();
        List<TaskId> tasks = tasks(log);
        long start = System.nanoTime();
        long end = start + nanos;
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (TaskId task : tasks) {
            var done = new CompletableFuture<Void>();
            all.add(done);
            goOn(log, task, appended, end, done);
        }
        all.forEach(CompletableFuture::join);
        return rate(appended.get(), start);
    }

    private void goOn(EventLog log, TaskId task, AtomicLong appended, long end, CompletableFuture<Void> done) {
        while (System.nanoTime() < end) {
            var answer = log.append(task, batch).toCompletableFuture();
            if (!answer.isDone()) {
                CompletionStage<Appended> stage = answer;
                stage.whenComplete((kept, failure) -> {
                    if (failure != null) {
                        done.completeExceptionally(failure);
                        return;
                    }
                    appended.addAndGet(kept.count());
                    goOn(log, task, appended, end, done);
                });
                return;
            }
            appended.addAndGet(answer.join().count());
        }
        done.complete(null);
    }

    private List<TaskId> tasks(EventLog log) {
        return IntStream.range(0, publishers)
                .mapToObj(i -> Engines.create(log, "bench-" + NAMES.incrementAndGet()))
                .toList();
    }

    private static long rate(long count, long start) {
        return (long) (count / ((System.nanoTime() - start) / 1e9));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
