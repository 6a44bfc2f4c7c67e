package io.taskstream.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.wire.HalfBodies;
import io.taskstream.it.wire.RawConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that announce a body, send nothing of it or half, and are answered without it: they hold nobody up. */
class UnreadBodyIT extends OnServer {

    private static final Duration AT_ONCE = Duration.ofSeconds(5);
    private static final int STREAMS = 300;
    private static final int RESETS = 50;

    private final Api api = Api.underTest();
    private final URI url = api.at("");

    @ParameterizedTest
    @CsvSource({
        "GET /health, 200, A: b, ''",
        "GET /, 200, A: b, ''",
        "GET /nothing/here, 404, A: b, ''",
        "POST /tasks/TASK/tickets, 200, A: b, ''",
        "GET /error, 404, A: b, ''",
        "GET /WEB-INF/web.xml, 404, A: b, ''",
        "GET /tasks/%00, 404, A: b, ''",
        "DELETE /tasks, 405, A: b, ''",
        "POST /tasks/none/events, 415, Content-Type: image/png, ''",
        "POST /tasks/none/events, 404, Content-Type: text/plain, ''",
        "POST /tasks/TASK/events, 400, Content-Type: application/x-ndjson, '{\n'"
    })
    void areAnsweredAndHoldNoThread(String line, int status, String field, String part) throws Exception {
        String task = api.createTask();
        try (var halves = new HalfBodies(url, line.replace("TASK", task), field + "\r\n", part)) {
            assertThat(halves.answers()).containsOnly(isRefusedByGrizzly(line) ? 400 : status);
            assertAnswersAtOnce();
        }
    }

    /** Grizzly takes no body with a method for which HTTP defines none. */
    private static boolean isRefusedByGrizzly(String line) {
        return System.getProperty("it.server").startsWith("payara") && !line.startsWith("POST ");
    }

    @Test
    void theConnectionIsOfUseWhenTheBodyHasCome() throws Exception {
        try (var connection = new RawConnection(url, 0)) {
            for (int i = 0; i < 3; i++) {
                connection.send("POST /nothing HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n");
                RawConnection.Head head = connection.readHead();
                assertThat(head.code()).isEqualTo(404);
                connection.readBody(head);
                if ("close".equalsIgnoreCase(head.fields().get("connection"))) {
                    return;
                }
                connection.send("he");
                connection.send("llo");
            }
        }
    }

    /** Grizzly takes the rest of a body for a further request with the same head when its connection has been reset. */
    @Test
    void itsRestIsNoFurtherRequest() {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < RESETS; i++) {
            String task = api.createTask();
            tasks.add(task);
            try (var connection = new RawConnection(url, 0)) {
                connection.send("POST /tasks/" + task + "/cancel HTTP/1.1\r\nHost: test\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n" + "1\r\na\r\n".repeat(20));
                connection.reset();
            }
        }
        assertThat(tasks)
                .extracting(task -> api.task(task).getInt("events"))
                .contains(1)
                .allMatch(events -> events <= 1);
    }

    /** WildFly's configuration turns HTTP/2 off, and drops a connection that begins with it. */
    @Test
    void threeHundredStreamsOfOneHttp2ConnectionHoldNoThread() throws Exception {
        if (System.getProperty("it.server").startsWith("wildfly")) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
            assertThat(client.send(HttpRequest.newBuilder(api.at("/health")).build(), BodyHandlers.discarding())
                            .version())
                    .isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(RawConnection.exchange(url, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII)))
                    .doesNotContain(" 200 ");
            assertAnswersAtOnce();
            return;
        }
        try (var connection = new RawConnection(url, 0)) {
            connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            connection.send(frame(4, 0, 0, new byte[0]));
            for (int i = 0; i < STREAMS; i++) {
                // GET http /health without the end of the stream, in HPACK's indexed and literal fields (RFC 7541).
                connection.send(frame(1, 4, 2 * i + 1, "\u0002\u0006\u0004\u0007/health\u0001\u0004test"));
            }
            assertThat(connection.readSome()).isPositive();
            assertAnswersAtOnce();
        }
    }

    private static byte[] frame(int type, int flags, int stream, String fields) throws IOException {
        byte[] block = fields.getBytes(US_ASCII);
        block[0] |= (byte) 0x80;
        block[1] |= (byte) 0x80;
        return frame(type, flags, stream, block);
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) throws IOException {
        var frame = new ByteArrayOutputStream();
        frame.write(new byte[] {0, 0, (byte) payload.length, (byte) type, (byte) flags, 0, 0});
        frame.write(stream >> 8);
        frame.write(stream);
        frame.write(payload);
        return frame.toByteArray();
    }

    private void assertAnswersAtOnce() {
        long began = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            assertThat(api.get("/health").statusCode()).isEqualTo(200);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
    }
}
