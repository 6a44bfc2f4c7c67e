package io.taskstream.eventlog;

import static io.taskstream.testing.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentFramesTest {

    private static final EventId BEFORE = new EventId("e", 0);

    @Test
    void keepsAsManyEventsAsItMay() {
        var frames = new RecentFrames(BEFORE, 3, 1 << 20);
        assertThat(frames.oldest()).isEqualTo(1);
        assertThat(frames.last()).isZero();
        add(frames, 5, 10);
        assertThat(frames.oldest()).isEqualTo(3);
        assertThat(frames.last()).isEqualTo(5);
        assertThat(frames.events(0, 10))
                .extracting(event -> event.id().sequence())
                .containsExactly(3L, 4L, 5L);
    }

    @Test
    void keepsAsManyBytesAsItMay() {
        int size = frame(1, 10).length;
        var frames = new RecentFrames(BEFORE, 100, 2L * size);
        add(frames, 5, 10);
        assertThat(frames.oldest()).isEqualTo(4);
        assertThat(frames.bytes()).isEqualTo(2L * size);
    }

    @Test
    void keepsTheNewestWhateverItsSize() {
        var frames = new RecentFrames(BEFORE, 100, 50);
        add(frames, 2, 10);
        frames.add(frame(3, 100_000), NOON);
        assertThat(frames.oldest()).isEqualTo(3);
        Chunk chunk = frames.chunk(0, 1, false);
        assertThat(bytes(chunk)).isEqualTo(frame(3, 100_000));
    }

    @Test
    void aChunkHoldsWhatFitsButAtLeastOneFrame() {
        var frames = new RecentFrames(BEFORE, 100, 1 << 20);
        add(frames, 5, 10);
        int size = frame(1, 10).length;
        assertThat(frames.chunk(0, 1, false).last()).isEqualTo(1);
        assertThat(frames.chunk(0, size, false).last()).isEqualTo(1);
        assertThat(frames.chunk(0, 2 * size - 1, false).last()).isEqualTo(1);
        assertThat(frames.chunk(0, 2 * size, false).last()).isEqualTo(2);
        assertThat(frames.chunk(1, 2 * size, false).last()).isEqualTo(3);
        assertThat(frames.chunk(0, Integer.MAX_VALUE, false).last()).isEqualTo(5);
    }

    @Test
    void onlyTheLastChunkSaysThatTheLogEnds() {
        var frames = new RecentFrames(BEFORE, 100, 1 << 20);
        add(frames, 2, 10);
        assertThat(frames.chunk(0, 1, true).isEnd()).isFalse();
        assertThat(frames.chunk(1, 1, true).isEnd()).isTrue();
        assertThat(frames.chunk(2, 1, true).isEnd()).isTrue();
        assertThat(frames.chunk(1, 1, false).isEnd()).isFalse();
    }

    @Test
    void behindTheLastIsAnEmptyChunk() {
        var frames = new RecentFrames(BEFORE, 100, 1 << 20);
        add(frames, 2, 10);
        Chunk chunk = frames.chunk(2, 100, false);
        assertThat(chunk.isEmpty()).isTrue();
        assertThat(chunk.first()).hasToString("e-3");
        assertThat(chunk.last()).isEqualTo(2);
        assertThat(frames.chunk(8, 100, false).first()).hasToString("e-9");
    }

    @Test
    void goesOnBehindAnEventThatWasStoredBefore() {
        var frames = new RecentFrames(new EventId("e", 41), 100, 1 << 20);
        assertThat(frames.oldest()).isEqualTo(42);
        frames.add(frame(42, 1), NOON);
        assertThat(frames.chunk(0, 100, false).first()).hasToString("e-42");
    }

    @Test
    void whatWasHandedOutNeverChanges() {
        var frames = new RecentFrames(BEFORE, 4, 1 << 20);
        add(frames, 4, 50);
        Chunk chunk = frames.chunk(0, Integer.MAX_VALUE, false);
        byte[] before = bytes(chunk);
        for (int i = 5; i < 500; i++) {
            frames.add(frame(i, 50), NOON);
        }
        assertThat(bytes(chunk)).isEqualTo(before);
    }

    /** Compares with a model that keeps a plain list of frames. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void doesWhatASimpleListWouldDo(long seed) {
        var random = new Random(seed);
        int maxEvents = 1 + random.nextInt(60);
        long maxBytes = 100L + random.nextInt(200_000);
        var frames = new RecentFrames(BEFORE, maxEvents, maxBytes);
        List<byte[]> model = new ArrayList<>();
        long dropped = 0;
        long bytes = 0;
        for (int i = 1; i <= 2_000; i++) {
            byte[] frame = frame(i, random.nextInt(20) == 0 ? random.nextInt(100_000) : random.nextInt(300));
            frames.add(frame, NOON.plusMillis(i));
            model.add(frame);
            bytes += frame.length;
            while (model.size() - dropped > maxEvents || (bytes > maxBytes && model.size() - dropped > 1)) {
                bytes -= model.get((int) dropped).length;
                model.set((int) dropped, new byte[0]);
                dropped++;
            }
            assertThat(frames.oldest()).isEqualTo(dropped + 1);
            assertThat(frames.last()).isEqualTo(i);
            assertThat(frames.bytes()).isEqualTo(bytes);
            checkChunk(frames, model, random);
        }
        assertThat(frames.events(0, Integer.MAX_VALUE)).allSatisfy(event -> {
            assertThat(event.time()).isEqualTo(NOON.plusMillis(event.id().sequence()));
            assertThat(Frames.encode(event.id(), event.data()))
                    .isEqualTo(model.get((int) event.id().sequence() - 1));
        });
    }

    private static void checkChunk(RecentFrames frames, List<byte[]> model, Random random) {
        long after = frames.oldest() - 3 + random.nextInt(70);
        int maxBytes = random.nextInt(5_000);
        Chunk chunk = frames.chunk(Math.max(after, 0), maxBytes, false);
        long first = Math.max(Math.max(after, 0) + 1, frames.oldest());
        assertThat(chunk.first().sequence()).isEqualTo(first);
        var expected = new ByteArrayOutputStream();
        for (long i = first; i <= chunk.last(); i++) {
            expected.writeBytes(model.get((int) i - 1));
        }
        assertThat(bytes(chunk)).isEqualTo(expected.toByteArray());
        assertThat(chunk.isEmpty()).isEqualTo(first > frames.last());
        assertThat(chunk.length() <= maxBytes || chunk.last() == first).isTrue();
    }

    private static void add(RecentFrames frames, int count, int size) {
        for (int i = 1; i <= count; i++) {
            frames.add(frame(i, size), NOON);
        }
    }

    private static byte[] frame(long sequence, int size) {
        return Frames.encode(BEFORE.at(sequence), "x".repeat(size).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(Chunk chunk) {
        var bytes = new ByteArrayOutputStream();
        bytes.write(chunk.bytes(), chunk.offset(), chunk.length());
        return bytes.toByteArray();
    }
}
