package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.ChurnPublisher;
import io.taskstream.it.wire.ChurnViewers;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Publishers post over keep-alive connections while viewers watch, break off and come again: every post is answered, no
 * connection is closed by the server, and every byte that anybody gets is the right one.
 *
 * <p>The short form takes some seconds. The long one: {@code mvn verify -Pit,servers -Dit.test=ChurnIT
 * -Dchurn.posts=3000000 -Dit.jvm=}; {@code -Dchurn.packets=2} runs only that variant.
 */
class ChurnIT extends OnServer {

    private static final int POSTS = Integer.getInteger("churn.posts", 4_000);
    private static final int ONLY_PACKETS = Integer.getInteger("churn.packets", 0);
    private static final int PUBLISHERS = 8;

    /** No more posts to a task than its log keeps. */
    private static final int TASKS = Math.max(50, POSTS / 10_000);

    private static final int VIEWERS = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Api api = Api.underTest();
    private final URI url = api.at("");

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void everyPostIsAnsweredThoughViewersComeAndGo(int packets) {
        if (ONLY_PACKETS != 0 && ONLY_PACKETS != packets) {
            return;
        }
        List<String> tasks = new ArrayList<>();
        String prefix = "churn-" + UUID.randomUUID() + "-";
        for (int i = 0; i < TASKS; i++) {
            tasks.add(prefix + i);
            api.send("PUT", "/tasks/" + prefix + i, null, "");
        }
        List<ChurnPublisher> publishers = new ArrayList<>();
        try (var viewers = new ChurnViewers(url, tasks, VIEWERS)) {
            for (int i = 0; i < PUBLISHERS; i++) {
                publishers.add(new ChurnPublisher(url, ownTasks(tasks, i), POSTS / PUBLISHERS, packets));
            }
            Duration patience = PATIENCE.plusMillis(10L * POSTS);
            Await.until("all is published", patience, () -> publishers.stream().allMatch(ChurnPublisher::isDone));
            System.out.printf(
                    "Churn in %d packets: %d posts, %d streams, %d connections of publishers closed by the server%n",
                    packets,
                    POSTS,
                    viewers.visits(),
                    publishers.stream().mapToInt(ChurnPublisher::closed).sum());
            assertThat(publishers).extracting(ChurnPublisher::problem).containsOnly("");
            // Grizzly can't keep a connection on which a body comes after its head.
            if (packets == 1 || !System.getProperty("it.server").startsWith("payara")) {
                assertThat(publishers).extracting(ChurnPublisher::closed).containsOnly(0);
            }
            assertThat(viewers.problems().stream().limit(10)).isEmpty();
            assertThat(viewers.visits()).isGreaterThan(VIEWERS);
        }
    }

    /** Each task has one publisher, so that its events are numbered. */
    private static List<String> ownTasks(List<String> tasks, int publisher) {
        List<String> own = new ArrayList<>();
        for (int i = publisher; i < tasks.size(); i += PUBLISHERS) {
            own.add(tasks.get(i));
        }
        return own;
    }
}
