package io.taskstream.it.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.OnServer;
import io.taskstream.it.wire.RawConnection;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a page of another website can reach of a server without tokens, through its visitor's browser. */
class WebsitesIT extends OnServer {

    private static final List<String> REQUESTS = List.of(
            "POST /admin/drain",
            "POST /tasks",
            "PUT /tasks/forged",
            "DELETE /tasks/TASK",
            "POST /tasks/TASK/cancel",
            "POST /tasks/TASK/events",
            "GET /tasks/TASK/stream",
            "GET /doctor/stream",
            "GET /tasks",
            "GET /metrics",
            "GET /openapi.yaml",
            "GET /error",
            "GET /no/such/path");

    private final Api api = Api.underTest();
    private final URI url = api.at("");
    private final String task = api.createTask();

    @Test
    void aPageOfAnotherSiteReachesNothing() {
        for (String request : REQUESTS) {
            assertProblem(403, request, "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors");
            assertProblem(403, request, "Host: localhost", "Sec-Fetch-Site: same-site");
            assertProblem(403, request, "Host: localhost", "Origin: https://evil.example");
            assertProblem(403, request, "Host: localhost:8080", "Origin: http://localhost:3000");
            assertProblem(403, request, "Host: localhost", "Origin: null");
        }
        assertNothingHappened();
    }

    /**
     * Behind a proxy that passes on another {@code Host}, a browser asks for the page's own modules with an origin that
     * seems foreign. They hold nothing of any task.
     */
    @Test
    void theFilesOfThePageMayHaveAForeignOriginButNoForeignSite() {
        String file = "GET /page/app.js";
        assertThat(send(file, "Host: localhost", "Origin: http://localhost:3000", "Sec-Fetch-Site: same-origin"))
                .startsWith("HTTP/1.1 200");
        assertProblem(403, file, "Host: localhost", "Origin: http://localhost:3000", "Sec-Fetch-Site: cross-site");
        assertProblem(403, file, "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors");
        assertProblem(421, file, "Host: evil.example");
    }

    @Test
    void aNameThatAWebsiteHasMadeLeadsNowhere() {
        for (String request : REQUESTS) {
            assertThat(assertProblem(421, request, "Host: evil.example")).contains("taskstream.hosts");
            assertProblem(
                    421, request, "Host: evil.example", "Origin: http://evil.example", "Sec-Fetch-Site: same-origin");
        }
        assertProblem(421, "GET /", "Host: evil.example:" + url.getPort());
        assertNothingHappened();
    }

    private void assertNothingHappened() {
        assertThat(api.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(api.get("/admin/drain").body()).contains("\"serving\"");
        assertThat(api.task(task).getInt("events")).isZero();
        assertThat(api.get("/tasks/forged").statusCode()).isEqualTo(404);
    }

    @Test
    void thePageItselfAndItsLinksWork() {
        String own = "Origin: " + url;
        String host = "Host: " + url.getAuthority();
        assertThat(send("POST /tasks/TASK/events", host, own, "Sec-Fetch-Site: same-origin"))
                .startsWith("HTTP/1.1 200");
        assertThat(send("GET /", host, "Sec-Fetch-Site: none")).startsWith("HTTP/1.1 200");
        assertThat(send(
                        "GET /",
                        host,
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: document"))
                .as("a link in a chat")
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void everyWayToCallTheServerByItsAddressIsTaken() {
        for (String host : List.of("localhost", "LocalHost.:80", "127.0.0.1", "[::1]:8080", "10.0.0.1:1", "test")) {
            assertThat(send("GET /health/live", "Host: " + host)).as(host).startsWith("HTTP/1.1 200");
        }
        assertThat(RawConnection.exchange(url, "GET /health/live HTTP/1.0\r\n\r\n".getBytes(US_ASCII)))
                .as("a probe of HTTP/1.0")
                .contains(" 200 ");
    }

    private String assertProblem(int status, String request, String... headers) {
        String answer = send(request, headers);
        assertThat(answer)
                .as("%s with %s", request, List.of(headers))
                .startsWith("HTTP/1.1 " + status)
                .containsIgnoringCase("content-type: application/problem+json")
                .containsIgnoringCase("x-content-type-options: nosniff");
        return answer;
    }

    private String send(String request, String... headers) {
        String body = request.startsWith("P") ? "\"forged\"" : "";
        String type = request.endsWith("/events") ? "application/json" : "text/plain";
        String head = request.replace("TASK", task) + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                + "\r\nConnection: close\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length()
                + "\r\n\r\n";
        return RawConnection.exchange(url, (head + body).getBytes(US_ASCII));
    }
}
