package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.RawViewer;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A viewer that has closed its connection no longer counts after the first heartbeat that it does not get. */
class LeftViewerIT extends OnServer {

    private static final int HEARTBEAT_SECONDS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Api api = Api.underTest();
    private final URI url = api.at("");

    /** An earlier viewer that stays is the clock: its second heartbeat comes before the other's would. */
    @Test
    void thePlaceOfAViewerThatLeftIsFreeBeforeItsSecondHeartbeat() {
        String task = api.createTask();
        String path = "/tasks/" + task + "/stream?heartbeat=" + HEARTBEAT_SECONDS;
        try (RawViewer stays = RawViewer.open(url, path)) {
            stays.next();
            try (RawViewer left = RawViewer.open(url, path)) {
                left.next();
                assertThat(viewers(task)).isEqualTo(2);
            }
            assertThat(stays.next(PATIENCE).text()).isEqualTo(": heartbeat\n");
            Await.until("the place is free", PATIENCE, () -> viewers(task) == 1);
            assertThat(stays.soFar()).isEmpty();
            assertThat(stays.next(PATIENCE).text()).isEqualTo(": heartbeat\n");
        }
    }

    private int viewers(String task) {
        return api.task(task).getInt("viewers");
    }
}
