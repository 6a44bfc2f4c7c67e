package io.taskstream.eventlog.embedded;

/**
 * The engine's configuration.
 *
 * @param directory of the files; created if missing
 * @param durability when an append is acknowledged
 * @param retention how much is kept
 * @param recentBytes bound of the recent frames in the heap, of all tasks together; dirty frames come on top
 * @param cacheMegabytes bound of the store's pages in the heap
 */
public record EmbeddedOptions(
        String directory, Durability durability, Retention retention, long recentBytes, int cacheMegabytes) {}
