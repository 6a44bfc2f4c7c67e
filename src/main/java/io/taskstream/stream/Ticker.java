package io.taskstream.stream;

/** A monotonic clock, which tests advance by hand. */
@FunctionalInterface
public interface Ticker {

    /** Returns nanoseconds since an arbitrary origin; only differences have a meaning. */
    long nanos();

    /** Returns the machine's clock. */
    static Ticker system() {
        return System::nanoTime;
    }
}
