package io.taskstream.bench.load;

/**
 * What the viewers of a run do.
 *
 * @param viewers how many there are; viewer {@code n} watches the task {@code n % tasks}
 * @param deaf how many of them never read, once they have the head
 * @param events how many events each is to get
 * @param atOnce how many may be waiting for their head at the same time
 */
public record Watching(int viewers, int deaf, int events, int atOnce) {}
