package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.CuttingProxy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The standard JAX-RS clients of both servers, used through nothing but the standard API. */
class ClientsIT extends OnServer {

    private static final int EVENTS = 300;
    private static final Duration LONGER_THAN_RETRY = Duration.ofSeconds(6);

    private final Api api = Api.underTest();

    /** The clients, and the part of the class path that only the other one has. */
    enum StandardClient {
        JERSEY("/org/jboss/resteasy/"),
        RESTEASY("/org/glassfish/jersey/");

        private final String other;

        StandardClient(String other) {
            this.other = other;
        }

        ClientProcess watch(URI server, String task, String query) {
            return watch(server + "/tasks/" + task + "/stream" + query);
        }

        ClientProcess watch(String stream) {
            return new ClientProcess(other, URI.create(stream));
        }
    }

    @ParameterizedTest
    @EnumSource
    void itemsComeTyped(StandardClient client) {
        String task = api.createTask();
        String last = api.publish(
                task,
                "[{\"type\":\"item_started\",\"item\":\"step 1\"},{\"type\":\"message_delta\",\"text\":\"h\u00e9llo\\nyou\"},"
                        + "{\"type\":\"item_completed\",\"item\":\"step 1\"},{\"type\":\"error\",\"message\":\"no\"},"
                        + "{\"type\":\"cancel_requested\"}]");
        String epoch = last.substring(0, last.indexOf('-'));
        try (ClientProcess watch = client.watch(api.at(""), task, "")) {
            watch.await("item ", 5);
            assertThat(watch.lines("item "))
                    .containsExactly(
                            epoch + "-1 ItemStarted[item=step 1]",
                            epoch + "-2 MessageDelta[text=h\u00e9llo\\nyou]",
                            epoch + "-3 ItemCompleted[item=step 1]",
                            epoch + "-4 ErrorReport[message=no]",
                            epoch + "-5 CancelRequested[]");
            assertThat(watch.lines("error ")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLostConnectionIsResumedWithoutLossOrRepeat(StandardClient client) {
        String task = api.createTask();
        try (var proxy = new CuttingProxy(api.at(""));
                ClientProcess watch = client.watch(proxy.url(), task, "")) {
            for (int i = 1; i <= EVENTS; i++) {
                api.publish(task, "{\"type\":\"message_delta\",\"text\":\"line " + i + "\"}");
                if (i % 100 == 0) {
                    watch.await("item ", i - 50);
                    proxy.cut();
                }
            }
            watch.await("item ", EVENTS);
            assertThat(proxy.accepted()).as("connections").isGreaterThan(2);
            List<String> expected = IntStream.rangeClosed(1, EVENTS)
                    .mapToObj(i -> "-" + i + " MessageDelta[text=line " + i + "]")
                    .toList();
            assertThat(watch.lines("item "))
                    .extracting(line -> line.substring(line.indexOf('-')))
                    .isEqualTo(expected);
        }
    }

    /** Both clients keep the id of a frame without data, and send it when they come back. */
    @ParameterizedTest
    @EnumSource
    void severalTasksAreResumedWithoutLossOverOneConnection(StandardClient client) {
        List<String> tasks = List.of(api.createTask(), api.createTask());
        try (var proxy = new CuttingProxy(api.at(""));
                ClientProcess watch =
                        client.watch(proxy.url() + "/stream?task=" + tasks.get(0) + "&task=" + tasks.get(1))) {
            String event = "noid name=null comment=null data={\"task\":";
            for (int i = 1; i <= EVENTS; i++) {
                api.publish(tasks.get(i % 2), Integer.toString(i));
                if (i % 100 == 0) {
                    watch.await(event, i - 50);
                    proxy.cut();
                }
            }
            Await.until(
                    "all have come",
                    Duration.ofSeconds(30),
                    () -> Set.copyOf(watch.lines(event)).size() == EVENTS);
            assertThat(proxy.accepted()).as("connections").isGreaterThan(2);
            assertThat(watch.lines(event)).as("resumed, not begun again").hasSizeLessThan(EVENTS + 50);
            assertThat(watch.lines("error ")).isEmpty();
        }
    }

    /** Both clients report comments, and a lone {@code retry}, to their listeners. */
    @ParameterizedTest
    @EnumSource
    void heartbeatsComeAsEventsWithoutData(StandardClient client) {
        String task = api.createTask();
        try (ClientProcess watch = client.watch(api.at(""), task, "?heartbeat=1")) {
            watch.await("client ", 1);
            Await.sleep(Duration.ofSeconds(4));
            api.publish(task, "{\"type\":\"message_delta\",\"text\":\"after silence\"}");
            watch.await("item ", 1);
            assertThat(watch.lines("noid "))
                    .filteredOn(line -> line.equals("name=null comment=heartbeat data="))
                    .hasSizeGreaterThan(1);
            assertThat(watch.lines("error ")).isEmpty();
        }
    }

    /**
     * The stream ends cleanly, so a client comes back, and is told 204. RESTEasy's stops then; Jersey's asks again and
     * again, so a program that uses it closes the source itself when {@code done} has come.
     */
    @ParameterizedTest
    @EnumSource
    void aFinishedTaskIsReadOnce(StandardClient client) {
        String task = api.createTask();
        api.publish(task, "[{\"type\":\"message_delta\",\"text\":\"all\"},{\"type\":\"done\",\"status\":\"failed\"}]");
        try (var proxy = new CuttingProxy(api.at(""));
                ClientProcess watch = client.watch(proxy.url(), task, "")) {
            watch.await("item ", 2);
            Await.until("it has come back", LONGER_THAN_RETRY, () -> proxy.requests() > 1);
            Await.sleep(LONGER_THAN_RETRY);
            assertThat(watch.lines("item ")).hasSize(2);
            assertThat(watch.lines("error ")).isEmpty();
            if (client == StandardClient.RESTEASY) {
                assertThat(proxy.requests()).isEqualTo(2);
                assertThat(watch.lines()).contains("complete");
            } else {
                assertThat(proxy.requests()).isGreaterThan(2);
                assertThat(watch.lines()).doesNotContain("complete");
            }
        }
    }
}
