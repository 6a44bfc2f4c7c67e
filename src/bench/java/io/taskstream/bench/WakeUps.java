package io.taskstream.bench;

import io.taskstream.bench.load.Latencies;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.task.TaskId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Follows a log as a fan-out does, and notes how long after it was due each event's frame was there to be written. */
final class WakeUps implements LogWatcher, AutoCloseable {

    private static final int PAGE = 1 << 16;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final CompletableFuture<Latencies> all = new CompletableFuture<>();
    private final Latencies latencies = new Latencies();
    private final EventLog log;
    private final TaskId task;
    private final Schedule schedule;
    private final EventLog.Watch watch;
    private long reached;

    WakeUps(EventLog log, TaskId task, Schedule schedule) {
        this.log = log;
        this.task = task;
        this.schedule = schedule;
        this.watch = log.watch(task, this);
    }

    /**
     * When events are due, the first of a task at the beginning.
     *
     * @param begin as {@link System#nanoTime()} counts
     * @param interval between two, in nanoseconds
     * @param events how many there are
     */
    record Schedule(long begin, long interval, int events) {

        /** When the event of that sequence is due. */
        long due(long sequence) {
            return begin + (sequence - 1) * interval;
        }
    }

    @Override
    public void appended() {
        thread.execute(this::read);
    }

    @Override
    public void deleted() {
        all.completeExceptionally(new IllegalStateException("The log is gone"));
    }

    private void read() {
        Chunk chunk = log.read(task, reached, PAGE).toCompletableFuture().join();
        while (!chunk.isEmpty()) {
            long now = System.nanoTime();
            for (long sequence = reached + 1; sequence <= chunk.last(); sequence++) {
                latencies.add(now - schedule.due(sequence));
            }
            reached = chunk.last();
            chunk = log.read(task, reached, PAGE).toCompletableFuture().join();
        }
        if (reached == schedule.events()) {
            all.complete(latencies);
        }
    }

    /** All latencies, when the last event was seen. */
    CompletableFuture<Latencies> all() {
        return all;
    }

    @Override
    public void close() {
        watch.close();
        thread.shutdown();
    }
}
