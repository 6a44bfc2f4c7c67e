package io.taskstream.it.wire;

import java.util.Locale;

/** Parses one HTTP/1.1 answer byte by byte, as it arrives on a non-blocking connection. */
final class AnswerParser {

    private final Body body;
    private final StringBuilder line = new StringBuilder();
    private Place place = Place.HEAD;
    private boolean isChunked;
    private long left;
    private int status;
    private long retryAfterSeconds;

    private enum Place {
        HEAD,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        BODY_TO_THE_END,
        END
    }

    /** Takes the bytes of a body. */
    interface Body {
        void take(byte b);
    }

    AnswerParser(Body body) {
        this.body = body;
    }

    /** 0 before the head has come. */
    int status() {
        return place == Place.HEAD ? 0 : status;
    }

    /** 0 if the answer has none. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** Whether the answer is complete. */
    boolean isEnded() {
        return place == Place.END;
    }

    void accept(byte b) {
        switch (place) {
            case CHUNK -> {
                body.take(b);
                left--;
                place = left == 0 ? Place.CHUNK_END : Place.CHUNK;
            }
            case BODY_TO_THE_END -> body.take(b);
            case HEAD, CHUNK_SIZE, CHUNK_END -> acceptInLine(b);
            case END -> {
                // No further request was sent.
            }
        }
    }

    private void acceptInLine(byte b) {
        if (b != '\n') {
            line.append((char) b);
            return;
        }
        String complete = line.toString().strip();
        line.setLength(0);
        switch (place) {
            case HEAD -> acceptHeadLine(complete);
            case CHUNK_SIZE -> {
                left = Long.parseLong(complete, 16);
                place = left == 0 ? Place.END : Place.CHUNK;
            }
            default -> place = Place.CHUNK_SIZE;
        }
    }

    private void acceptHeadLine(String complete) {
        String field = complete.toLowerCase(Locale.ROOT);
        if (field.startsWith("http/1.1 ")) {
            status = Integer.parseInt(field.substring(9, 12));
        } else if (field.equals("transfer-encoding: chunked")) {
            isChunked = true;
        } else if (field.startsWith("retry-after: ")) {
            retryAfterSeconds = Long.parseLong(field.substring(13));
        } else if (field.isEmpty()) {
            place = isChunked ? Place.CHUNK_SIZE : Place.BODY_TO_THE_END;
        }
    }
}
