package io.taskstream.access.limit;

/**
 * The quotas and rate limits of viewers and publishers. Thread-safe.
 *
 * @param viewers concurrent viewers
 * @param rates events a second
 * @param openTasks open tasks per subject
 */
public record Quotas(ViewerQuotas viewers, EventRates rates, OpenTasks openTasks) {}
