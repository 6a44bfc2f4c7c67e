package io.taskstream.testing;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.TaskId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Appends numbers one after the other until it is closed, and remembers which were acknowledged, with their sequence. */
public final class Publisher implements AutoCloseable {

    private final List<Acknowledged> acknowledged = new CopyOnWriteArrayList<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final EventLog log;
    private final TaskId task;
    private final Thread thread;

    private volatile String lastRefusal = "none";
    private volatile boolean closed;

    public Publisher(EventLog log, TaskId task) {
        this.log = log;
        this.task = task;
        this.thread = new Thread(this::publish, "publisher");
        thread.start();
    }

    /** A number that is in the log at that sequence, as the engine says. */
    public record Acknowledged(int number, long sequence) {}

    private void publish() {
        int number = 0;
        while (!closed) {
            try {
                long sequence = Stages.join(log.append(task, Events.batch(Integer.toString(number))))
                        .last()
                        .sequence();
                acknowledged.add(new Acknowledged(number, sequence));
            } catch (EventLogException.Unavailable e) {
                refused.incrementAndGet();
                lastRefusal = e.getMessage();
            }
            number++;
        }
    }

    public TaskId task() {
        return task;
    }

    public List<Acknowledged> acknowledged() {
        return acknowledged;
    }

    /** How many were refused as unavailable. */
    public int refused() {
        return refused.get();
    }

    /** Returns once so many more were acknowledged. */
    public void awaitMore(int count) {
        int before = acknowledged.size();
        int refusedBefore = refused.get();
        try {
            Stages.await("acknowledged", () -> acknowledged.size() >= before + count);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "%d acknowledged instead of %d, %d refused, at last: %s; the publisher %s"
                            .formatted(
                                    acknowledged.size() - before,
                                    count,
                                    refused.get() - refusedBefore,
                                    lastRefusal,
                                    thread.isAlive() ? "goes on" : "has ended"),
                    e);
        }
    }

    /** Returns once one more was refused. */
    public void awaitRefusal() {
        int before = refused.get();
        Stages.await("refused", () -> refused.get() > before);
    }

    /** Appends no more, and returns when the last number is answered. */
    public void finish() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        finish();
    }
}
