package io.taskstream.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HttpKeySourceTest {

    private final HttpServer server;

    HttpKeySourceTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void theWholeBodyIsFetched() throws IOException {
        assertThat(source("{}", 2, Duration.ofSeconds(20)).fetch()).isEqualTo("{}");
    }

    @Test
    void aServerThatStallsInItsBodyIsGivenUp() {
        assertThatThrownBy(() -> source("{", 2, Duration.ofMillis(200)).fetch())
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("does not answer in time");
    }

    @Test
    void aBodyThatIsFarTooLargeIsRefused() {
        String body = "x".repeat(2 << 20);
        assertThatThrownBy(() ->
                        source(body, body.length(), Duration.ofSeconds(20)).fetch())
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("far too much");
    }

    private HttpKeySource source(String sent, int announced, Duration patience) {
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, announced);
            exchange.getResponseBody().write(sent.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        });
        server.start();
        return new HttpKeySource(
                URI.create("http://localhost:" + server.getAddress().getPort() + "/"), patience);
    }
}
