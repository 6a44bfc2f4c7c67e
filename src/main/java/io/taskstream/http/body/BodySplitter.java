package io.taskstream.http.body;

/**
 * Splits the bytes of a body, which arrive in any portions, into pieces that become events.
 *
 * <p>The raw lengths of all pieces that were passed on add up to the position in the body up to which it is passed on. A body
 * that breaks off is left with {@link #pause}: then the position is before a character or a line of NDJSON that has not
 * ended. {@link #end} passes on everything. Not thread-safe.
 */
interface BodySplitter {

    /** Passes on every piece that these bytes complete. */
    void add(byte[] bytes, int count, Pieces pieces);

    /** Passes on an unfinished piece as far as it is of use without its end. */
    void pause(Pieces pieces);

    /** Passes on everything, because the body has ended. */
    void end(Pieces pieces);

    /** Returns how many bytes are not passed on. */
    int pending();

    /** Tells whether bytes have arrived that a pause would pass on. */
    boolean mayPause();

    /** Accepts pieces. */
    interface Pieces {

        /**
         * Accepts a piece; its bytes are valid during the call only.
         *
         * @param raw how many bytes of the body the piece stands for: its length, and the line end if it is without it
         */
        void piece(byte[] bytes, int offset, int length, int raw);
    }
}
