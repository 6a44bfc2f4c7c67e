package io.taskstream.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawPublisher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies as real clients send them: in pieces, compressed, in another charset, without a type. */
class BodiesIT extends OnServer {

    private static final int POSTS = 40;

    private final Api api = Api.underTest();
    private final String task = api.createTask();
    private final String events = "/tasks/" + task + "/events";

    /** The part of the body that comes with the head, the part after it, and the pause between. */
    @ParameterizedTest
    @CsvSource({
        "application/json, '', '{\"a\":', '1}', 0",
        "application/json, '{\"a\":', '1', '}', 0",
        "application/json, '', '{\"a\":1}', '', 3",
        "application/x-ndjson, '', '{\"a\":', '1}', 3",
        "text/plain, 'a', 'b', 'c', 0"
    })
    void postsOfWhichTheBodyComesAfterTheHeadShareOneConnection(
            String type, String with, String then, String last, long millis) throws Exception {
        int length = with.length() + then.length() + last.length();
        String head = "POST " + events + " HTTP/1.1\r\nHost: test\r\nContent-Type: " + type + "\r\nContent-Length: "
                + length + "\r\n\r\n";
        int connections = 0;
        RawConnection connection = new RawConnection(api.at(""), 0);
        try {
            for (int i = 1; i <= POSTS; i++) {
                connection.send(head + with);
                Await.sleep(Duration.ofMillis(millis));
                connection.send(then);
                Await.sleep(Duration.ofMillis(millis));
                connection.send(last);
                RawConnection.Head answer = connection.readHead();
                assertThat(answer.code()).isEqualTo(200);
                connection.readBody(answer);
                assertThat(api.task(task).getInt("events")).isEqualTo(i);
                if ("close".equalsIgnoreCase(answer.fields().get("connection"))) {
                    connection.close();
                    connection = new RawConnection(api.at(""), 0);
                    connections++;
                }
            }
        } finally {
            connection.close();
        }
        if (System.getProperty("it.server").equals("wildfly")) {
            assertThat(connections).as("connections that were closed").isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-ndjson", "text/plain"})
    void aCompressedBodyIsUnsupportedAndNothingIsKept(String type) throws Exception {
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write("{\"a\":1}".getBytes(US_ASCII));
        }
        for (String line : new String[] {"POST " + events, "PUT /tasks/" + task, "POST /tasks"}) {
            String answer = send(
                    line,
                    "Content-Type: " + type + "\r\nContent-Encoding: gzip\r\nContent-Length: " + gzip.size(),
                    gzip.toByteArray());
            assertThat(answer).startsWith("HTTP/1.1 415").containsIgnoringCase("\r\nAccept-Encoding: identity\r\n");
        }
        String chunk = Integer.toHexString(gzip.size()) + "\r\n" + gzip.toString(ISO_8859_1) + "\r\n0\r\n\r\n";
        assertThat(send(
                        "POST " + events,
                        "Content-Type: " + type + "\r\nTransfer-Encoding: gzip, chunked",
                        chunk.getBytes(ISO_8859_1)))
                .matches("(?s)(HTTP/1.1 (400|501).*)?");
        assertThat(api.task(task).getInt("events")).isZero();
    }

    @Test
    void aDeclaredCharsetIsDecodedOrUnsupported() throws Exception {
        byte[] latin = "\"\u00e4\"\n".getBytes(ISO_8859_1);
        for (String type : new String[] {"text/plain", "application/x-ndjson"}) {
            assertThat(send(
                            "POST " + events,
                            "Content-Type: " + type + ";charset=ISO-8859-1\r\nContent-Length: 4",
                            latin))
                    .startsWith("HTTP/1.1 200");
            assertThat(send("POST " + events, "Content-Type: " + type + ";charset=UTF-16\r\nContent-Length: 4", latin))
                    .startsWith("HTTP/1.1 415");
        }
        assertThat(send(
                        "POST " + events,
                        "Content-Type: application/json;charset=ISO-8859-1\r\nContent-Length: 4",
                        latin))
                .startsWith("HTTP/1.1 415");
        assertThat(api.get(events).body()).contains("\u00e4").doesNotContain("\ufffd");
    }

    @Test
    void aByteOrderMarkIsNoTextAndNoError() {
        for (String type : new String[] {"application/json", "application/x-ndjson", "text/plain"}) {
            assertThat(api.post(events, type, "\ufeff1").statusCode()).isEqualTo(200);
        }
        assertThat(api.send("PUT", "/tasks/" + task, "application/json", "\ufeff{}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.get(events).body()).doesNotContain("\ufeff");
    }

    @Test
    void whoeverSaysNoTypeIsToldWhichAreTaken() {
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> answer = api.send("POST", events, null, "{\"a\":1}");
            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.body()).contains("application/json", "application/x-ndjson", "text/plain");
        }
        assertThat(api.post(events, "image/png", "1").statusCode()).isEqualTo(415);
        assertThat(api.task(task).getInt("events")).isZero();
    }

    @Test
    void aLineThatIsWrongIsNamedByItsNumber() {
        HttpResponse<String> answer = api.post(events, "application/x-ndjson", "1\n\n2\n{\n");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("Line 4: ").contains("\"count\":2");
    }

    @Test
    void aBatchOfTooManyEventsIsTooLarge() {
        HttpResponse<String> answer = api.post(events, "application/json", "[" + "1,".repeat(500_000) + "1]");
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("8192");
        assertThat(api.task(task).getInt("events")).isZero();
    }

    @Test
    void aLengthThatIsNoNumberOfBytesIsRefused() throws IOException {
        String length = "Content-Type: application/json\r\nContent-Length: 18446744073709551616";
        assertThat(send("POST " + events, length, new byte[0])).startsWith("HTTP/1.1 400 ");
        assertThat(api.task(task).getInt("events")).isZero();
    }

    private String send(String line, String fields, byte[] body) throws IOException {
        var request = new ByteArrayOutputStream();
        request.write(
                (line + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" + fields + "\r\n\r\n").getBytes(UTF_8));
        request.write(body);
        return RawConnection.exchange(api.at(""), request.toByteArray());
    }

    /** No container may take it for a further request with the same head. */
    @Test
    void theRestOfARefusedBodyIsNotPublished() throws IOException {
        String task = api.createTask();
        try (var publisher = new RawPublisher(api.at(""), task, "application/x-ndjson")) {
            publisher.send("1\n[}\n");
            for (int i = 0; i < 100; i++) {
                publisher.send("2\n".repeat(4_000));
            }
            assertThat(publisher.answer()).contains(" 400 ");
        } catch (UncheckedIOException e) {
            // The server has closed the connection.
        }
        Await.sleep(Duration.ofMillis(500));
        assertThat(api.task(task).getInt("events")).isEqualTo(1);
    }
}
