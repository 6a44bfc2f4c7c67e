package io.taskstream.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.ProxyProduct;
import io.taskstream.it.wire.SmugglingVariants;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Requests whose ends a proxy and a server may see in different places, through each proxy of {@code
 * server-config/proxies}: the server answers none that the proxy has not passed on as a request.
 */
class SmugglingIT extends OnServer {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    /** How long to wait for an answer to a malformed request: some proxies wait for the rest of it. */
    private static final int SILENCE_MILLIS = 1_500;

    private static final int PATIENCE_MILLIS = 30_000;

    /** Most wait. */
    private static final int AT_ONCE = 30;

    private final Api direct = Api.underTest();

    @ParameterizedTest
    @EnumSource
    void noRequestIsAnsweredInPlaceOfAnother(ProxyProduct product) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try (var proxy = Proxy.start(product, direct.at(""))) {
            List<Callable<String>> tries = new ArrayList<>();
            SmugglingVariants.all().forEach((name, variant) -> tries.add(() -> problem(proxy.url(), name, variant)));
            assertThat(tries).hasSizeGreaterThanOrEqualTo(40);
            List<String> problems = new ArrayList<>();
            for (Future<String> each : threads.invokeAll(tries)) {
                problems.add(each.get());
            }
            assertThat(problems).filteredOn(problem -> !problem.isEmpty()).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Whether a request was smuggled, as a sentence; empty if none was. */
    private String problem(URI proxy, String name, SmugglingVariants.Variant variant) {
        String own = direct.createTask();
        String canary = direct.createTask();
        String victim = direct.createTask();
        Answers all = answers(proxy, variant.bytes(own, canary) + lastGet(own), SILENCE_MILLIS);
        List<String> answers = all.texts();
        boolean isOwn = !answers.isEmpty() && isOf(own, answers.get(answers.size() - 1));
        boolean isDeleted = direct.get("/tasks/" + canary).statusCode() == 404;
        boolean isToldSo = answers.stream().anyMatch(answer -> answer.startsWith("HTTP/1.1 204"));
        if (isToldSo && !isOwn && all.isEnded()) {
            return name + ": the next request was answered as the smuggled one: " + answers;
        }
        // If a proxy sees two requests, both are answered, in order.
        if (isDeleted && !isToldSo) {
            return name + ": the smuggled request was carried out: " + answers;
        }
        for (int i = 0; i < 3; i++) {
            List<String> others =
                    answers(proxy, lastGet(victim), PATIENCE_MILLIS).texts();
            if (others.size() != 1 || !isOf(victim, others.get(0))) {
                return name + ": another client was answered " + others;
            }
        }
        return "";
    }

    private static boolean isOf(String task, String answer) {
        return answer.startsWith("HTTP/1.1 200") && answer.contains("\"id\":\"" + task + "\"");
    }

    private static String get(String task) {
        return "GET /tasks/" + task + " HTTP/1.1\r\nHost: test\r\n\r\n";
    }

    private static String lastGet(String task) {
        return "GET /tasks/" + task + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    }

    @ParameterizedTest
    @EnumSource
    void noProxyMakesATunnelOfAnUpgrade(ProxyProduct product) {
        try (var proxy = Proxy.start(product, direct.at(""))) {
            for (String upgrade : List.of(
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                    "Connection: upgrade\r\nUpgrade: H2C\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                    "Connection: Upgrade\r\nUpgrade: foo, h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                    "Connection: Upgrade\r\nUpgrade: TLS/1.0")) {
                String task = direct.createTask();
                String request = get(task).replace("\r\n\r\n", "\r\n" + upgrade + "\r\n\r\n");
                assertThat(answers(proxy.url(), request + lastGet(task), PATIENCE_MILLIS)
                                .texts())
                        .as(upgrade)
                        .hasSize(2)
                        .allMatch(answer -> isOf(task, answer));
            }
        }
    }

    /**
     * All that was answered.
     *
     * @param isEnded whether the connection was closed behind it
     */
    private record Answers(List<String> texts, boolean isEnded) {}

    /** Sends the text, a byte for each character, and returns all that is answered until the end or a silence. */
    private static Answers answers(URI proxy, String request, int silenceMillis) {
        boolean isEnded = false;
        var received = new ByteArrayOutputStream();
        try (var socket = new Socket(proxy.getHost(), proxy.getPort())) {
            socket.setSoTimeout(silenceMillis);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            byte[] buffer = new byte[8192];
            for (int n = socket.getInputStream().read(buffer);
                    n > 0;
                    n = socket.getInputStream().read(buffer)) {
                received.write(buffer, 0, n);
            }
            isEnded = true;
        } catch (IOException e) {
            // Silent, or reset: what has come counts.
        }
        String text = received.toString(ISO_8859_1);
        List<Integer> starts =
                STATUS.matcher(text).results().map(match -> match.start()).toList();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            answers.add(text.substring(starts.get(i), i + 1 < starts.size() ? starts.get(i + 1) : text.length()));
        }
        return new Answers(answers, isEnded);
    }
}
