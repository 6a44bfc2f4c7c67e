package io.taskstream.bench;

import io.taskstream.bench.target.Target;

/** What is done to every target. */
interface Workload {

    String name();

    /** In words. */
    String description();

    /** Whether the target can do it at all. */
    boolean suits(Target target);

    /** Does it once. */
    Measured run(Target target);

    /** A shorter one of the same kind, before the first counts. */
    Workload warmUp();
}
