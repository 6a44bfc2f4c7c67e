package io.taskstream.eventlog.embedded;

/** When an append is acknowledged. The server's process may die at any moment without loss in all cases. */
public enum Durability {
    /** When the disk has it: nothing that was acknowledged is lost, not even when the power fails. */
    SYNC,
    /** When the operating system has it, which is told to bring it to the disk every second: a power failure loses that. */
    INTERVAL,
    /** When the operating system has it; a power failure loses what it has not yet written of itself. */
    NONE
}
