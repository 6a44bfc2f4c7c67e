/**
 * The meters that the other packages count with, and their exposition to Prometheus. Request threads, fan-out threads and
 * engine threads record here without a lock; a scrape reads on the thread of its request. Imports no other package of the
 * application, so that every other may import it.
 */
@NullMarked
package io.taskstream.metrics;

import org.jspecify.annotations.NullMarked;
