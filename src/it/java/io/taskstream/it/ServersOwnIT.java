package io.taskstream.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With {@code server-config} a server exposes no endpoint of its own, and no header makes it fail. */
class ServersOwnIT extends OnServer {

    private static final List<String> HEADERS = List.of(
            "Cookie",
            "Authorization",
            "Last-Event-ID",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "traceparent",
            "Origin",
            "Content-Type",
            "Forwarded",
            "X-Forwarded-For",
            "Sec-Fetch-Site");

    private final Api api = Api.underTest();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console",
                "//console",
                "/console/",
                "/wildfly-services",
                "/wildfly-services/",
                "/management",
                "/openapi",
                "/openapi/",
                "/server-metrics",
                "/server-metrics/",
                "/__asadmin",
                "/WEB-INF/web.xml",
                "/web-inf/",
                "/META-INF"
            })
    void whatIsTheServersIsNotThere(String path) {
        String answer = exchange("GET " + path, "");
        assertThat(answer)
                .startsWith("HTTP/1.1 " + (isTurnedOffOnPayara(path) ? 403 : 404))
                .contains("application/problem+json")
                .doesNotContainIgnoringCase("set-cookie")
                .doesNotContainIgnoringCase("www-authenticate");
    }

    /** Payara answers 403 for a service that is turned off. */
    private static boolean isTurnedOffOnPayara(String path) {
        return System.getProperty("it.server").equals("payara")
                && (path.startsWith("/openapi") || path.startsWith("/server-metrics"));
    }

    static Stream<String> unreadableCookies() {
        return Stream.of(
                "a=\u00e9",
                "a=b; c=\u00ff\u00fe",
                "a=\u007f",
                IntStream.rangeClosed(0, 200).mapToObj(i -> "a" + i + "=b").collect(Collectors.joining("; ")));
    }

    @ParameterizedTest
    @MethodSource("unreadableCookies")
    void aCookieThatCanNotBeReadIsNoFailure(String cookie) throws IOException {
        long before = traces();
        String answer = exchange("GET /tasks", "Cookie: " + cookie + "\r\n");
        // Payara accepts some that WildFly refuses.
        assertThat(answer).matches("(?s)HTTP/1\\.1 (400|200) .*").doesNotContain("<html");
        assertThat(traces()).as("lines of stack traces in the log").isEqualTo(before);
    }

    @Test
    void aByteBeyondAsciiInAHeaderIsNoFailure() throws IOException {
        long before = traces();
        for (String header : HEADERS) {
            for (String value : List.of("\u00e9", "a=\u00e9", "\u00ff\u00fe", "a\tb", "\"")) {
                for (String line : List.of("GET /tasks", "GET /", "PUT /tasks/" + api.createTask())) {
                    assertThat(exchange(line, header + ": " + value + "\r\nContent-Length: 0\r\n"))
                            .as(line + " with " + header + ": " + value)
                            .matches("(?s)HTTP/1\\.1 [24].*");
                }
            }
        }
        assertThat(traces()).as("lines of stack traces in the log").isEqualTo(before);
    }

    private String exchange(String line, String headers) {
        String request = line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n";
        return RawConnection.exchange(api.at(""), request.getBytes(ISO_8859_1));
    }

    private static long traces() throws IOException {
        try (Stream<String> log = Files.lines(ServerUnderTest.get().log(), ISO_8859_1)) {
            return log.filter(line -> line.startsWith("\tat ")).count();
        }
    }
}
