package io.taskstream.it.access;

import static io.taskstream.it.access.GuardedServer.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.ProxyProduct;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client address that the server sees through each proxy of {@code server-config/proxies}, with forged headers. */
class BehindProxiesIT {

    /** The client's address; the proxies listen on another one, which the server trusts. */
    private static final String CLIENT = "127.0.0.2";

    private static final String ELSEWHERE = "192.0.2.66";

    private static final List<String> FORGED = List.of(
            "Forwarded: for=" + ELSEWHERE,
            "Forwarded: for=" + ELSEWHERE + ";by=127.0.0.1;host=elsewhere.example, for=127.0.0.1",
            "X-Forwarded-For: " + ELSEWHERE,
            "X-Forwarded-For: " + ELSEWHERE + ", 127.0.0.1",
            "X-Forwarded-For: " + ELSEWHERE + "\r\nX-Forwarded-For: 127.0.0.1",
            "X-Real-IP: " + ELSEWHERE,
            "X-Client-IP: " + ELSEWHERE,
            "X-Cluster-Client-IP: " + ELSEWHERE,
            "X-Originating-IP: " + ELSEWHERE,
            "True-Client-IP: " + ELSEWHERE,
            "CF-Connecting-IP: " + ELSEWHERE,
            "Proxy-IP: " + ELSEWHERE,
            "X_Forwarded_For: " + ELSEWHERE,
            "Via: 1.1 " + ELSEWHERE,
            // Fields of the connection, which a proxy removes: its own must not be among them.
            "Connection: close, X-Forwarded-For\r\nX-Forwarded-For: " + ELSEWHERE,
            "Connection: close, Forwarded, X-Forwarded-For, X-Real-IP\r\nForwarded: for=" + ELSEWHERE);

    private static GuardedServer guarded;

    @BeforeAll
    static void start() {
        guarded = new GuardedServer(
                "proxies",
                "512m",
                Map.of("taskstream.access.proxies", "127.0.0.1", "taskstream.limit.viewers-per-address", "1"));
    }

    @AfterAll
    static void stop() {
        guarded.close();
    }

    @ParameterizedTest
    @EnumSource
    void aForgedAddressIsInNoAuditLineAndOpensNoMoreStreams(ProxyProduct product) throws IOException {
        String token = guarded.issuer().sign(Issuer.claims("viewer", List.of("*"), List.of("*"), false));
        String task = guarded.createTask(token);
        String watch =
                "GET /tasks/" + task + "/stream HTTP/1.1\r\nHost: localhost\r\n" + String.join(": ", bearer(token));
        int audited = addresses().size();
        try (var proxy = Proxy.start(product, guarded.server().url());
                var first = send(proxy.url(), watch)) {
            assertThat(status(first)).isEqualTo(200);
            for (String forged : FORGED) {
                try (var more = send(proxy.url(), watch + "\r\n" + forged)) {
                    assertThat(status(more)).as(forged).isEqualTo(429);
                }
                try (var stranger = send(proxy.url(), "GET /tasks HTTP/1.1\r\nHost: localhost\r\n" + forged)) {
                    assertThat(status(stranger)).as(forged).isEqualTo(401);
                }
            }
            assertThat(locationOf(new Api(proxy.url()), bearer(token))).startsWith("/tasks/");
        }
        Await.until("all is audited", Duration.ofSeconds(20), () -> addresses().size() >= audited + 2 * FORGED.size());
        List<String> addresses = addresses();
        assertThat(addresses.subList(audited, addresses.size())).containsOnly(CLIENT);
        // Frees the only viewer slot for the next proxy.
        guarded.api().send("DELETE", "/tasks/" + task, null, "", bearer(token));
    }

    /** Where a task is made that a client with a forged prefix makes. */
    private static String locationOf(Api proxy, String... bearer) {
        return proxy.send("POST", "/tasks", null, "", bearer[0], bearer[1], "X-Forwarded-Prefix", "/forged")
                .headers()
                .firstValue("Location")
                .orElseThrow();
    }

    /** The audit lines, in order. */
    private static List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        guarded.log()
                .lines()
                .filter(line -> line.contains("\"audit\":\"refused\""))
                .forEach(line -> addresses.add(line.replaceAll(".*\"address\":\"([^\"]*)\".*", "$1")));
        return addresses;
    }

    private static Socket send(URI proxy, String head) throws IOException {
        var socket =
                new Socket(InetAddress.getByName(proxy.getHost()), proxy.getPort(), InetAddress.getByName(CLIENT), 0);
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static int status(Socket socket) throws IOException {
        String line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
        return line.length() < 12 ? 0 : Integer.parseInt(line.substring(9));
    }
}
