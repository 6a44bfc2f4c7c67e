package io.taskstream.eventlog.embedded;

/**
 * What the engine is configured with.
 *
 * @param directory where the files are; it is made if it is not there
 * @param durability when an append is acknowledged
 * @param retention how much is kept
 * @param recentBytes how many bytes of frames of tasks that are published to or watched stay in the heap, of all tasks
 *     together; what is not yet in the store comes on top
 * @param cacheMegabytes how much of the store's pages is kept in the heap
 */
public record EmbeddedOptions(
        String directory, Durability durability, Retention retention, long recentBytes, int cacheMegabytes) {}
