package io.taskstream.eventlog.redis;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Text as it goes over the wire. */
final class Bytes {

    private Bytes() {}

    static byte[] of(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] of(long number) {
        return of(Long.toString(number));
    }

    static byte[][] all(String... texts) {
        return Stream.of(texts).map(Bytes::of).toArray(byte[][]::new);
    }

    /**
     * @param answer an array of bytes, as Redis answered it
     */
    static String text(Object answer) {
        return new String((byte[]) answer, StandardCharsets.UTF_8);
    }

    /**
     * @param answer digits, as Redis answered them
     */
    static long number(Object answer) {
        return Long.parseLong(text(answer));
    }
}
