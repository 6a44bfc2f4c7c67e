package io.taskstream.eventlog.embedded;

/**
 * The engine's configuration.
 *
 * @param directory of the files; created if missing
 * @param durability when an append is acknowledged
 * @param retention how much is kept
 * @param recentBytes bound of the recent frames in the heap, of all tasks together; dirty frames come on top
 * @param cacheMegabytes bound of the store's pages in the heap
 * @param segmentBytes size of the journal's newest segment from which on a checkpoint begins another
 */
public record EmbeddedOptions(
        String directory,
        Durability durability,
        Retention retention,
        long recentBytes,
        int cacheMegabytes,
        long segmentBytes) {

    /**
     * Commits wait while a segment is begun, which takes two syncs. The fewer there are, the more of the journal a start
     * reads after a crash.
     */
    static final long SEGMENT_BYTES = 4 << 20;

    /** Options with segments of the usual size. */
    public EmbeddedOptions(
            String directory, Durability durability, Retention retention, long recentBytes, int cacheMegabytes) {
        this(directory, durability, retention, recentBytes, cacheMegabytes, SEGMENT_BYTES);
    }
}
