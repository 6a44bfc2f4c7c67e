package io.taskstream.eventlog.redis;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * Who works for the engine. Lettuce has threads of its own, one for each connection at most, that read and write.
 *
 * @param executor completes what callers wait for, so that they don't hold up Lettuce's threads
 * @param scheduler turns timers
 * @param nanos a monotonic clock, in nanoseconds
 */
public record RedisThreads(Executor executor, ScheduledExecutorService scheduler, LongSupplier nanos) {}
