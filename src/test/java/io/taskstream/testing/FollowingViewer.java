package io.taskstream.testing;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Follows a log as a viewer's cursor does: reads only when notified, and continues from where it was. */
public final class FollowingViewer implements LogWatcher, AutoCloseable {

    private static final int PAGE = 1 << 16;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final List<String> lines = new ArrayList<>();
    private final EventLog log;
    private final TaskId task;
    private final EventLog.Watch watch;

    private long reached;
    private volatile boolean gone;

    public FollowingViewer(EventLog log, TaskId task) {
        this.log = log;
        this.task = task;
        this.watch = log.watch(task, this);
        appended();
    }

    @Override
    public void appended() {
        thread.execute(this::read);
    }

    @Override
    public void deleted() {
        gone = true;
    }

    private void read() {
        CompletableFuture<Chunk> reading = log.read(task, reached, PAGE).toCompletableFuture();
        while (true) {
            Chunk chunk;
            try {
                chunk = reading.join();
            } catch (RuntimeException e) {
                return;
            }
            if (chunk.isEmpty()) {
                return;
            }
            synchronized (lines) {
                LogReader.text(chunk).lines().filter(line -> !line.isEmpty()).forEach(lines::add);
            }
            reached = chunk.last();
            reading = log.read(task, reached, PAGE).toCompletableFuture();
        }
    }

    public TaskId task() {
        return task;
    }

    /** All lines that it was sent, without empty ones: an id, then data, of each event. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    public boolean isGone() {
        return gone;
    }

    /** Watches no more. */
    public void leave() {
        watch.close();
        thread.shutdown();
    }

    @Override
    public void close() {
        leave();
    }
}
