package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.LogEntry;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawConnection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * The server's log of all other tests has no entry from WARN on that would need an operator, except the known ones.
 * It runs last, by the order that the build sets.
 */
@Order(Integer.MAX_VALUE)
class ServerLogIT extends OnServer {

    /**
     * An allowed entry.
     *
     * @param text part of the entry
     * @param reason why it needs no action
     */
    private record Expected(String text, String reason) {}

    private static final List<Expected> EXPECTED = List.of(
            new Expected("WFLYTX0013", "WildFly by default: the tests' servers take no part in transactions of others"),
            new Expected("WFLYELY00023", "WildFly by default: it makes its key store at the first start"),
            new Expected("WFLYELY01084", "WildFly by default: it makes its key store at the first start"),
            new Expected("RESTEASY002130", "Tests send requests that can't be parsed; RESTEasy notes each of them"),
            new Expected("Unprocessed event : UnprocessedChangeEvent", "Payara was configured and is restarted then"),
            new Expected("HttpRequestURIDecoder", "Tests send paths that Grizzly can't decode; Payara refuses them"),
            new Expected(
                    "microprofile-healthcheck-servlet",
                    "Payara: a client has gone before it was answered at /health, which is Payara's own"),
            new Expected("rocessing ErrorPage[", "Payara: a client has gone before it was told of an error"),
            new Expected(
                    "org.glassfish.grizzly.http2",
                    "Grizzly: a client opens hundreds of streams and goes, as a test does"),
            new Expected(
                    "InputBuffer$ReadHandlerImpl.processCallbacks",
                    "Payara: it calls the read listener of a request that has been answered and has ended"),
            new Expected(
                    "Exception in thread \"glassfish-web-async-thread", "Payara: the same, in an entry of its own"),
            new Expected(
                    "Error while closing the output stream in order to commit response",
                    "Jersey: the client of an upload's request has gone before it was told that a newer one ended it"),
            new Expected("taskstream.access is missing", "A test deploys without the setting, which is warned of"));

    private static final int PRODUCERS = 8;
    private static final int POSTS = 250;

    /** Requests, each with an answer or a refusal of its own. */
    private static final List<String> REQUESTS = List.of(
            "GET /tasks",
            "GET /tasks/none",
            "GET /tasks/none/events",
            "GET /tasks/none/lines",
            "GET /tasks/none/search?q=a",
            "POST /tasks/none/events",
            "PUT /tasks/none/uploads/u",
            "POST /tasks/none/uploads/u",
            "DELETE /tasks/none");

    @Test
    void nothingIsLoggedThatAnOperatorWouldBeCalledFor() {
        publishAtOnce();
        leaveBeforeTheAnswer();
        assertThat(Api.underTest().get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(LogEntry.readAll(ServerUnderTest.get().log()))
                .filteredOn(LogEntry::isWarningOrWorse)
                .filteredOn(entry ->
                        EXPECTED.stream().noneMatch(expected -> entry.text().contains(expected.text())))
                .extracting(LogEntry::text)
                .isEmpty();
    }

    /** Many posts at once, some of which end on another thread than they began on. */
    private static void publishAtOnce() {
        Api api = Api.underTest();
        String task = api.createTask();
        ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
        try {
            CompletableFuture.allOf(IntStream.range(0, PRODUCERS)
                            .mapToObj(producer -> CompletableFuture.runAsync(() -> publish(api, task), producers))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } finally {
            producers.shutdownNow();
        }
    }

    private static void publish(Api api, String task) {
        for (int i = 0; i < POSTS; i++) {
            api.publish(task, "{}");
        }
    }

    /** Clients whose connections are reset when their answers may be on the way. */
    private static void leaveBeforeTheAnswer() {
        var random = new Random(1);
        for (int i = 0; i < 200; i++) {
            for (String request : REQUESTS) {
                try (var client = new RawConnection(ServerUnderTest.get().url(), 0)) {
                    client.send(request + " HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
                    LockSupport.parkNanos(random.nextInt(1_500_000));
                    client.reset();
                }
            }
        }
    }
}
