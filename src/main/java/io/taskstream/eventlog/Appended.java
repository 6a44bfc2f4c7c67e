package io.taskstream.eventlog;

/**
 * What an append did, or, when it repeated an earlier one, what that one did.
 *
 * @param count how many events the batch had
 * @param last the id of the last of them
 */
public record Appended(int count, EventId last) {}
