package io.taskstream.eventlog;

/**
 * The result of an append, or of the earlier append that it repeats.
 *
 * @param count number of events in the batch
 * @param last id of the last of them
 */
public record Appended(int count, EventId last) {}
