package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Begin;
import io.taskstream.eventlog.UploadChange.Claim;
import io.taskstream.eventlog.UploadChange.Heard;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The texts that {@code append.lua} takes and keeps: changes of uploads, and their states. Times are Redis's, in microseconds. */
final class UploadText {

    private UploadText() {}

    /**
     * Encodes a change.
     *
     * @param claimed when the turn of the change was claimed, 0 if unknown
     */
    static String encode(UploadChange change, long claimed) {
        if (change instanceof Begin begin) {
            return "begin " + begin.name() + ' ' + begin.type() + ' ' + Upload.MAX_PER_TASK;
        }
        if (change instanceof Claim claim) {
            return "claim " + claim.name() + ' ' + Math.max(claim.interval(), -1);
        }
        if (change instanceof Heard heard) {
            return "heard " + heard.name() + ' ' + heard.turn() + ' ' + claimed;
        }
        Advance advance = (Advance) change;
        return "advance " + advance.name() + ' ' + advance.turn() + ' ' + claimed + ' ' + advance.from() + ' '
                + advance.to() + ' ' + (advance.complete() ? '1' : '0');
    }

    /** Decodes the state of an upload: epoch, offset, whether complete, turn, when claimed, when heard of, interval, type. */
    static Upload decode(String name, String state) {
        String[] parts = state.split(":", -1);
        return new Upload(
                name,
                parts[7],
                Long.parseLong(parts[1]),
                parts[2].equals("1"),
                Long.parseLong(parts[3]),
                Instant.EPOCH.plus(Long.parseLong(parts[5]), ChronoUnit.MICROS),
                Integer.parseInt(parts[6]));
    }

    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}
