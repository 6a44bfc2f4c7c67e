package io.taskstream.access;

/**
 * How many may watch at the same time; 0 is any number.
 *
 * @param inAll on this server
 * @param perTask of one task
 * @param perSubject by one who has a token
 * @param perAddress from one address, or one IPv6 network of 64 bits
 */
public record ViewerLimits(int inAll, int perTask, int perSubject, int perAddress) {}
