package io.taskstream.http;

/**
 * Whether a connection is kept for further requests when the body of one came after its head. Grizzly can't do that: the
 * thread that received the body's end may still be at it when another one answers, and the two then seem to read the
 * connection's next request both, which is answered 400.
 *
 * @param isSafe false lets the answer to each such request be the connection's last
 */
public record KeepAlive(boolean isSafe) {}
