package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.Crowd;
import io.taskstream.it.wire.EventStreamParser.Event;
import io.taskstream.it.wire.UploadingProducer;
import jakarta.json.Json;
import jakarta.json.JsonReaderFactory;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Many producers upload random text at once, and each has viewers. All connections break off again and again, after any
 * byte. Every viewer gets the text of its task once and whole.
 *
 * <p>The short form takes some seconds. The long one: {@code mvn verify -Pit,servers -Dit.test=ManyUploadsIT
 * -Duploads.producers=200 -Duploads.cuts=20}.
 */
class ManyUploadsIT extends OnServer {

    private static final int PRODUCERS = Integer.getInteger("uploads.producers", 40);
    private static final int CUTS = Integer.getInteger("uploads.cuts", 5);
    private static final int VIEWERS_OF_A_TASK = 2;
    private static final int PARTS_BETWEEN_CUTS = 300;
    private static final int THREADS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration BETWEEN_CUTS_OF_VIEWERS = Duration.ofMillis(500);
    private static final double VIEWERS_CUT_AT_ONCE = 0.2;

    private final Api api = Api.underTest();
    private final URI url = api.at("");
    private final long seed = System.nanoTime();

    @Test
    void nothingIsLostOrDoubledThoughAllConnectionsBreak() {
        List<byte[]> texts = new ArrayList<>();
        List<String> tasks = new ArrayList<>();
        List<String> streams = new ArrayList<>();
        List<Text> seen = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            texts.add(text(new Random(seed + i)));
            String task = "/tasks/" + api.createTask();
            tasks.add(task);
            api.send("PUT", task + "/uploads/text", "text/plain", "");
            for (int viewer = 0; viewer < VIEWERS_OF_A_TASK; viewer++) {
                streams.add(task + "/stream");
                seen.add(new Text());
            }
        }
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
        try (var viewers = new Crowd(url, streams, List.copyOf(seen))) {
            List<UploadingProducer> producers = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) {
                String upload = tasks.get(i) + "/uploads/text";
                producers.add(new UploadingProducer(url, upload, texts.get(i), CUTS, threads, seed + i));
            }
            Await.until("all is uploaded", PATIENCE, () -> {
                Await.sleep(BETWEEN_CUTS_OF_VIEWERS);
                viewers.cut(VIEWERS_CUT_AT_ONCE);
                return producers.stream().allMatch(UploadingProducer::isDone);
            });
            assertThat(producers)
                    .as("seed " + seed)
                    .extracting(UploadingProducer::problem)
                    .containsOnly("");
            for (int i = 0; i < seen.size(); i++) {
                String sent = new String(texts.get(i / VIEWERS_OF_A_TASK), StandardCharsets.UTF_8);
                Text text = seen.get(i);
                Await.until("the viewer has all", PATIENCE, () -> text.length() >= sent.length());
                assertThat(text.toString().equals(sent))
                        .as("text " + i + " of seed " + seed)
                        .isTrue();
            }
            assertThat(viewers.problems()).isEmpty();
            System.out.printf(
                    "Uploads: %d producers with %d bytes each, %d cuts each, %d requests overtaken; %d viewers, %d streams%n",
                    PRODUCERS,
                    texts.get(0).length,
                    CUTS,
                    producers.stream().mapToInt(UploadingProducer::overtaken).sum(),
                    seen.size(),
                    viewers.takeReturns().size());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Lines and characters of every length, and bytes that are no characters. */
    private static byte[] text(Random random) {
        var bytes = new ByteArrayOutputStream();
        bytes.write('x');
        for (int parts = PARTS_BETWEEN_CUTS * (CUTS + 1); parts > 0; parts--) {
            switch (random.nextInt(8)) {
                case 0 -> bytes.write(random.nextInt(256));
                case 1 -> write(bytes, Character.toString(random.nextInt(Character.MIN_SURROGATE)));
                case 2 -> write(bytes, Character.toString(0x10000 + random.nextInt(0x100000)));
                case 3 -> write(bytes, "\r");
                case 4 -> write(bytes, "\r\n");
                case 5 -> write(bytes, "\n");
                default -> write(bytes, "a line of text ".repeat(random.nextInt(4)));
            }
        }
        return bytes.toByteArray();
    }

    private static void write(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The text that a viewer has seen. */
    private static final class Text implements Consumer<Event> {

        private static final JsonReaderFactory JSON = Json.createReaderFactory(Map.of());

        private final StringBuilder joined = new StringBuilder();

        @Override
        public synchronized void accept(Event event) {
            joined.append(JSON.createReader(new StringReader(event.data()))
                    .readObject()
                    .getString("text"));
        }

        synchronized int length() {
            return joined.length();
        }

        @Override
        public synchronized String toString() {
            return joined.toString();
        }
    }
}
