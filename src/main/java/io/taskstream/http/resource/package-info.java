/**
 * The resources of JAX-RS. They are singletons, built by {@code app.ApplicationGraph}.
 *
 * <p>Methods run on the threads of requests. Those with an {@code AsyncResponse} suspend the request and return: the answer to a
 * published event is written by the container's thread for the connection, an event stream by {@code stream}. May import {@code
 * http}, {@code http.body}, {@code ops}, {@code access}, {@code stream}, {@code eventlog} and {@code task}.
 */
@NullMarked
package io.taskstream.http.resource;

import org.jspecify.annotations.NullMarked;
