package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.testing.ForeignSink;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProducerWatchTest {

    private static final Duration ALMOST = Upload.GRACE.minusSeconds(1);
    private static final Duration BEYOND = Duration.ofSeconds(4);

    private final StreamFixture fixture = new StreamFixture();

    @Test
    void aProducerThatIsNotHeardOfIsToldLostAndThenBack() {
        Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        begin("a");
        Instant heard = claim("a", 0);
        pass(ALMOST);
        assertThat(viewer.take()).isEmpty();
        pass(BEYOND);
        assertThat(viewer.take()).isEqualTo(producer("a", "lost", heard));

        Instant back = claim("a", 0);
        pass(BEYOND);
        assertThat(viewer.take()).isEqualTo(producer("a", "back", back));
    }

    @Test
    void aViewerThatComesLaterIsToldBehindTheHistory() {
        begin("a");
        Instant heard = claim("a", 0);
        fixture.publish("1");
        pass(ALMOST.plus(BEYOND));
        Connection viewer = fixture.watch(fixture.earliest());
        pass(BEYOND);
        assertThat(viewer.take()).endsWith(frame(1, "1") + producer("a", "lost", heard));

        fixture.publish("2");
        assertThat(viewer.take()).isEqualTo(frame(2, "2"));
    }

    @Test
    void theAnnouncedSilenceIsGranted() {
        begin("a");
        Instant heard = claim("a", 60);
        Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        pass(Duration.ofSeconds(25));
        assertThat(viewer.take()).isEmpty();
        pass(Duration.ofSeconds(35).plus(ALMOST));
        assertThat(viewer.take()).isEqualTo(StreamFixture.COMMENT + StreamFixture.COMMENT);
        pass(BEYOND);
        assertThat(viewer.take()).isEqualTo(producer("a", "lost", heard));
    }

    @Test
    void aProducerThatIsHeardOfAgainAndAgainIsNeverLost() {
        begin("a");
        claim("a", 0);
        Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofSeconds(5));
            change(new UploadChange.Heard("a", 1));
        }
        assertThat(viewer.take()).isEmpty();
    }

    @Test
    void aCompleteUploadHasNoProducerToLose() {
        begin("a");
        claim("a", 0);
        change(new UploadChange.Advance("a", 1, 0, 0, true));
        Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        pass(Duration.ofSeconds(25));
        assertThat(viewer.take()).isEmpty();
    }

    @Test
    void eachOfTwoProducersIsToldOnceAlsoToAForeignSink() {
        begin("a");
        Instant heard = begin("b");
        var sink = new ForeignSink();
        fixture.streams.register(TASK, sink);
        fixture.executor.runAll();
        pass(ALMOST.plus(BEYOND).plus(BEYOND));
        assertThat(sink.data())
                .containsExactlyInAnyOrder(
                        "{\"upload\":\"a\",\"state\":\"lost\",\"since\":\"" + heard + "\"}",
                        "{\"upload\":\"b\",\"state\":\"lost\",\"since\":\"" + heard + "\"}");
    }

    @Test
    void aLookForWhichThereIsNoThreadFollowsLater() {
        Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        begin("a");
        Instant heard = claim("a", 0);
        pass(ALMOST);
        fixture.executor.refuseNext(() -> {
            throw new InternalError("unable to create native thread");
        });
        pass(BEYOND);
        assertThat(viewer.take()).isEqualTo(producer("a", "lost", heard));
    }

    private Instant begin(String name) {
        return change(new UploadChange.Begin(name, "text/plain"));
    }

    private Instant claim(String name, int interval) {
        return change(new UploadChange.Claim(name, interval));
    }

    private Instant change(UploadChange change) {
        fixture.log
                .append(TASK, Batch.of(List.of(), change, null))
                .toCompletableFuture()
                .join();
        fixture.executor.runAll();
        return fixture.time.instant();
    }

    /** Looks at the log are done as they become due. */
    private void pass(Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(Heartbeats.PERIOD)) {
            fixture.pass(Heartbeats.PERIOD);
            fixture.executor.runAll();
        }
    }

    private static String producer(String upload, String state, Instant since) {
        return "event: producer\ndata: {\"upload\":\"" + upload + "\",\"state\":\"" + state + "\",\"since\":\"" + since
                + "\"}\n\n";
    }
}
