package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import java.util.concurrent.CompletionStage;

/** Reads the frames of one log, as they are or as one viewer wants them; never blocks. */
@FunctionalInterface
interface FrameReader {

    /** The frames behind a sequence (see {@link io.taskstream.eventlog.EventLog#read}). */
    CompletionStage<Chunk> read(long after, int maxBytes);
}
