package io.taskstream.eventlog.embedded;

/** When an append is acknowledged. With each of them the server's process may die at any moment without loss. */
public enum Durability {
    /** When it is on the disk: no acknowledged event is lost, not even by a power failure. */
    SYNC,
    /** When the operating system has it; a force follows every second, and a power failure loses that second. */
    INTERVAL,
    /** When the operating system has it; a power failure loses what the system has not written yet. */
    NONE
}
