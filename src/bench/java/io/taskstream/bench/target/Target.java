package io.taskstream.bench.target;

import java.net.InetSocketAddress;
import java.time.Duration;

/** A server that is measured. It runs in processes of its own. */
public interface Target extends AutoCloseable {

    String name();

    /** Starts it; returns once it answers. */
    void start();

    /** Where to connect to; if there are several such places, each in turn. */
    InetSocketAddress address();

    /** Where a task is. */
    default String path(String task) {
        return "/tasks/" + task;
    }

    /** Where a task's stream is. */
    default String streamPath(String task) {
        return path(task) + "/stream";
    }

    /** Where a task's events are posted. */
    default String eventsPath(String task) {
        return path(task) + "/events";
    }

    /** Where a task's upload of lines is. */
    default String uploadPath(String task) {
        return path(task) + "/uploads/lines";
    }

    /** Makes the task, where that is needed. */
    void create(String task);

    /** Makes the task's upload of lines. */
    default void createUpload(String task) {
        Control.send("PUT", address(), uploadPath(task), "application/x-ndjson", "");
    }

    /** Lets the task's memory go, after its viewers have hung up. */
    void forget(String task);

    /** Whether a post may hold many events, one a line. */
    boolean takesLines();

    /** Whether it has resumable uploads. */
    default boolean takesUploads() {
        return false;
    }

    /** Whether a viewer that comes late gets what was published before. */
    boolean replays();

    /** The user and system time of its processes. */
    Duration cpuTime();

    /** What its viewers are kept in. */
    Memory memory();

    @Override
    void close();

    /**
     * Memory in use, in bytes.
     *
     * @param all live heap, or resident memory where there is no heap to look into
     * @param own the part that is objects of Taskstream's own classes; 0 for others
     */
    record Memory(long all, long own) {}
}
