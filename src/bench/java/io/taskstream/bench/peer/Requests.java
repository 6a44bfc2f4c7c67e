package io.taskstream.bench.peer;

/** Takes a task's id out of the paths that all targets share. */
final class Requests {

    private static final String PREFIX = "/tasks/";

    private Requests() {}

    /** The id in {@code /tasks/{id}/…}. */
    static String task(String path) {
        return path.substring(PREFIX.length(), path.indexOf('/', PREFIX.length()));
    }
}
