package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.FakeInput;
import jakarta.servlet.ReadListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedBodyTest {

    private final FakeInput in = new FakeInput();
    private final List<String> awaited = new ArrayList<>();
    private final List<String> over = new ArrayList<>();
    private final WatchedBody body = new WatchedBody(in, () -> awaited.add("awaited"));

    @Test
    void whatHasArrivedIsDiscardedAtOnce() throws IOException {
        in.arriveUnnoticed("1");
        assertThat(body.discardArrived()).isFalse();
        assertThat(in.available()).isZero();
        assertThat(awaited).isEmpty();
    }

    @Test
    void theRestIsDiscardedAsItComesAndItsEndIsTold() throws IOException {
        body.discard(() -> over.add("over"));
        assertThat(awaited).hasSize(1);
        in.arrive("1");
        in.arrive("2");
        assertThat(in.available()).isZero();
        assertThat(over).isEmpty();
        in.end();
        assertThat(over).hasSize(1);
    }

    @Test
    void aReaderReadsUntilTheRestIsDiscarded() throws IOException {
        var reader = new Reader();
        body.setReadListener(reader);
        in.arrive("1");
        assertThat(reader.told).containsExactly("data");
        body.discard(() -> over.add("over"));
        in.arrive("2");
        in.end();
        assertThat(reader.told).containsExactly("data");
        assertThat(over).hasSize(1);
    }

    @Test
    void aReaderThatWasNotToldOfMoreIsNotWaitedFor() throws IOException {
        var reader = new Reader();
        body.setReadListener(reader);
        in.arrive("1");
        in.arriveUnnoticed("2");
        body.discard(() -> over.add("over"));
        assertThat(in.available()).isZero();
    }

    @Test
    void callsForAnEarlierRequestAreNoNews() throws IOException {
        in.beLikeGrizzly();
        var reader = new Reader();
        body.setReadListener(reader);
        in.callBackForAnEarlierRequest();
        assertThat(body.isReady()).isFalse();
        in.announceEndEarly();
        assertThat(body.isReady()).isFalse();
        assertThat(reader.told).doesNotContain("end");
        in.arrive("1");
        assertThat(body.isReady()).isTrue();
        assertThat(body.read(new byte[2], 0, 2)).isEqualTo(1);
        in.end();
        assertThat(reader.told).endsWith("end");
    }

    @Test
    void aConnectionThatBreaksOffIsTheEnd() {
        body.discard(() -> over.add("over"));
        in.breakOff(new IOException("Reset by peer"));
        assertThat(over).hasSize(1);
        assertThat(body.isReadToEnd()).isTrue();
    }

    @Test
    void whatAReaderHasReadToItsEndIsOver() throws IOException {
        assertThat(body.isReadToEnd()).isFalse();
        assertThat(body.read(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(body.isReadToEnd()).isTrue();
    }

    /** Reads nothing of it. */
    private static final class Reader implements ReadListener {

        private final List<String> told = new ArrayList<>();

        @Override
        public void onDataAvailable() {
            told.add("data");
        }

        @Override
        public void onAllDataRead() {
            told.add("end");
        }

        @Override
        public void onError(Throwable error) {
            told.add("error");
        }
    }
}
