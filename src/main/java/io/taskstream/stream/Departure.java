package io.taskstream.stream;

/** A viewer that is to leave because the server is going to stop. Never blocks. */
public interface Departure {

    /**
     * Tells the viewer when to come back once its stream has ended; until then it gets what happens.
     *
     * @param retryMillis the reconnection time (HTML Living Standard, section 9.2)
     */
    void announce(long retryMillis);

    /** Ends the stream in peace, as soon as the viewer has taken what was written. */
    void depart();
}
