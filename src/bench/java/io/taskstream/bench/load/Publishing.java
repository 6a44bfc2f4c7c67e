package io.taskstream.bench.load;

/**
 * What the publishers of a run do.
 *
 * @param connections how many of them there are; a task is published by one of them, so that its order is known
 * @param depth how many posts each may have under way
 * @param events how many each task gets
 * @param perSecond at how many a second they are due, over all; 0 is flat out
 */
public record Publishing(int connections, int depth, int events, int perSecond) {}
