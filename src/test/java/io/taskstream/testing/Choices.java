package io.taskstream.testing;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * The choices from which a property's input is made: those of a seeded random generator, or those of a fuzzer, which
 * learns from what the code did with earlier ones.
 */
public interface Choices {

    /** A number from {@code min} to {@code max}, both included. */
    int between(int min, int max);

    /** Any number; the generator prefers small ones and the ends of the ranges. */
    long number();

    /** Up to {@code max} bytes. */
    byte[] bytes(int max);

    /** Up to {@code max} characters, control characters and halves of surrogate pairs among them. */
    String text(int max);

    /** Up to {@code max} of these characters. */
    default String textOf(String characters, int max) {
        var text = new StringBuilder();
        for (int left = between(0, max); left > 0; left--) {
            text.append(characters.charAt(between(0, characters.length() - 1)));
        }
        return text.toString();
    }

    /** One of these. */
    default String oneOf(String... values) {
        return values[between(0, values.length - 1)];
    }

    /** What one of these makes. */
    default <T> T from(List<Supplier<T>> sources) {
        return sources.get(between(0, sources.size() - 1)).get();
    }

    /** Between {@code min} and {@code max} elements. */
    default <T> List<T> list(int min, int max, Supplier<T> element) {
        List<T> elements = new ArrayList<>();
        for (int left = between(min, max); left > 0; left--) {
            elements.add(element.get());
        }
        return elements;
    }

    /** The choices of a random generator. */
    static Choices of(Random random) {
        return new Choices() {

            private static final long[] ENDS = {
                0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE
            };
            private static final String BYTES = "\n\r\n\t \0\"{}[]:,\\1ax\u00c3\u00a4\u00e2\u00ff\u00c0\u00ed\u00f0";

            @Override
            public int between(int min, int max) {
                return (int) (min + Math.floorMod(random.nextLong(), (long) max - min + 1));
            }

            @Override
            public long number() {
                return switch (random.nextInt(4)) {
                    case 0 -> ENDS[random.nextInt(ENDS.length)];
                    case 1 -> random.nextInt(-20, 21);
                    default -> random.nextLong() >> random.nextInt(64);
                };
            }

            @Override
            public byte[] bytes(int max) {
                byte[] bytes = new byte[length(max)];
                random.nextBytes(bytes);
                if (random.nextBoolean()) {
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = (byte) BYTES.charAt(Math.floorMod(bytes[i], BYTES.length()));
                    }
                }
                return bytes;
            }

            @Override
            public String text(int max) {
                char[] characters = new char[length(max)];
                int kind = random.nextInt(3);
                for (int i = 0; i < characters.length; i++) {
                    characters[i] =
                            (char) (kind == 0 ? random.nextInt(0x10000) : random.nextInt(kind == 1 ? 128 : 256));
                }
                return new String(characters);
            }

            private int length(int max) {
                return random.nextInt(16) == 0 ? max * random.nextInt(2) : between(0, max);
            }
        };
    }

    /** The choices of a fuzzer. */
    static Choices of(FuzzedDataProvider data) {
        return new Choices() {

            @Override
            public int between(int min, int max) {
                return data.consumeInt(min, max);
            }

            @Override
            public long number() {
                return data.consumeLong();
            }

            @Override
            public byte[] bytes(int max) {
                return data.consumeBytes(between(0, max));
            }

            @Override
            public String text(int max) {
                return data.consumeString(max);
            }
        };
    }
}
