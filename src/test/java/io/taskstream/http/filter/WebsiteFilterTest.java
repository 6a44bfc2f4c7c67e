package io.taskstream.http.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audit;
import io.taskstream.access.Hosts;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.http.Problem;
import io.taskstream.testing.SettableTime;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebsiteFilterTest {

    private static final String FRIEND = "https://app.example";
    private static final String PROXY = "10.0.0.1";
    private static final String CLIENT = "192.0.2.7";

    private final SettableTime time = new SettableTime();
    private final List<String> audited = new ArrayList<>();
    private final List<Integer> counted = new ArrayList<>();

    private String contextRoot = "";

    private final WebsiteFilter.Check check = check(AccessControl.Mode.OPEN);

    private WebsiteFilter.Check check(AccessControl.Mode mode) {
        return new WebsiteFilter.Check(
                mode,
                new Hosts(Set.of("Build.example", "my_service")),
                new Origins(Set.of(FRIEND), false),
                Proxies.in(List.of(PROXY), Proxies.Header.X_FORWARDED_FOR),
                new Audit(audited::add, time::nanos),
                counted::add);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8080",
                "localhost.",
                "localhost.:8080",
                "localhost:",
                "127.0.0.1",
                "127.0.0.1:8080",
                "192.168.7.1:80",
                "10.1.2.3.",
                "[::1]",
                "[::1]:8080",
                "[2001:DB8::7]:8080",
                "[::ffff:127.0.0.1]",
                "build.example",
                "BUILD.EXAMPLE.:8443",
                "my_service:8080"
            })
    void itIsCalledByAddressByLocalhostAndByTheNamesThatAreSet(String host) {
        assertThat(status("GET", "/tasks", "Host", host)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "test",
                "",
                ".",
                ":8080",
                "localhost.evil.example",
                "evil.localhost",
                "127.0.0.1.evil.example",
                "127.0.0.1.nip.io",
                "x.build.example",
                "build.example..",
                "build.example@evil.example",
                "localhost, evil.example",
                "localhost evil.example",
                "localhost/evil.example",
                "localhost:80:80",
                "999.1.1.1",
                "1.2.3",
                "2130706433",
                "0x7f.1",
                "[localhost]",
                "[127.0.0.1]",
                "[::1",
                "::1",
                "[::1]evil.example",
                "[fe80::1%25eth0]",
                "loc\u00e4lhost",
                "l\u0131calhost"
            })
    void anotherNameIsRefusedWithTheSettingThatIsMissing(String host) {
        Problem refusal = refuse(CLIENT, "HTTP/1.1", "GET", "/health", "Host", host);

        assertThat(refusal.status()).isEqualTo(421);
        assertThat(refusal.title()).isEqualTo("Misdirected Request");
        assertThat(refusal.detail()).contains("taskstream.hosts");
        assertThat(counted).containsExactly(421);
        assertThat(audited).hasSize(1).first().asString().contains("\"status\":\"421\"", CLIENT, "/health");
    }

    @Test
    void everyHostThatIsNamedCounts() {
        assertThat(statusOf(CLIENT, "HTTP/1.0", "GET", "/health")).isZero();
        assertThat(statusOf(CLIENT, "HTTP/1.0", "GET", "/health", "Host", "default-host:8080"))
                .as("as WildFly makes it up")
                .isZero();
        assertThat(statusOf(CLIENT, "HTTP/1.0", "GET", "/health", "Host", "evil.example"))
                .as("from a proxy")
                .isEqualTo(421);
        assertThat(status("GET", "/tasks", "Host", "localhost", "Host", "evil.example"))
                .isEqualTo(421);
        assertThat(statusOf(CLIENT, "HTTP/2.0", "GET", "/tasks"))
                .as(":authority")
                .isEqualTo(421);
        assertThat(statusOf(CLIENT, "HTTP/2.0", "GET", "/tasks", "Host", "localhost"))
                .isZero();
    }

    @Test
    void whatAProxyWasCalledCountsIfItsWordIsTaken() {
        String[] behind = {
            "Host", "127.0.0.1:8080", "X-Forwarded-Host", "build.example", "Origin", "http://build.example"
        };
        String[] rebound = {"Host", "127.0.0.1:8080", "X-Forwarded-Host", "evil.example"};
        String[] claimed = {"Host", "evil.example", "X-Forwarded-Host", "build.example"};

        assertThat(statusOf(PROXY, "HTTP/1.1", "POST", "/tasks", behind)).isZero();
        assertThat(statusOf(CLIENT, "HTTP/1.1", "POST", "/tasks", behind)).isEqualTo(403);
        assertThat(statusOf(PROXY, "HTTP/1.1", "POST", "/tasks", rebound)).isEqualTo(421);
        assertThat(statusOf(CLIENT, "HTTP/1.1", "POST", "/tasks", rebound)).isZero();
        assertThat(statusOf(PROXY, "HTTP/1.1", "POST", "/tasks", claimed)).isEqualTo(421);
        assertThat(statusOf(
                        PROXY,
                        "HTTP/1.1",
                        "GET",
                        "/tasks",
                        "Host",
                        "127.0.0.1",
                        "X-Forwarded-Host",
                        "evil.example, build.example"))
                .isEqualTo(421);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "", "SAME-ORIGIN", "none, cross-site", "sideways"})
    void aRequestForAnotherSiteIsRefused(String site) {
        for (String method : List.of("GET", "HEAD", "POST", "DELETE", "OPTIONS")) {
            for (String path : List.of("/tasks", "/", "/health", "/admin/drain", "/error", "/page/app.js")) {
                assertThat(status(method, path, "Host", "localhost", "Sec-Fetch-Site", site))
                        .isEqualTo(403);
            }
        }
        assertThat(status("POST", "/tasks", "Host", "localhost", "Sec-Fetch-Site", "none", "Sec-Fetch-Site", site))
                .isEqualTo(403);
        assertThat(refuse(CLIENT, "HTTP/1.1", "POST", "/admin/drain", "Host", "localhost", "Sec-Fetch-Site", site)
                        .detail())
                .contains("taskstream.cors.origins");
    }

    @Test
    void aPageOfTheServersOwnOriginMayCall() {
        assertThat(status("POST", "/tasks", "Host", "localhost:8080", "Sec-Fetch-Site", "same-origin"))
                .isZero();
        assertThat(status("GET", "/", "Host", "localhost:8080", "Sec-Fetch-Site", "none"))
                .isZero();
        for (String host : List.of("localhost:8080", "192.0.2.1", "[::1]:80", "my_service:8080", "BUILD.example")) {
            for (String scheme : List.of("http", "https")) {
                assertThat(status(
                                "POST",
                                "/tasks",
                                "Host",
                                host,
                                "Origin",
                                scheme + "://" + host.toLowerCase(Locale.ROOT)))
                        .as("%s://%s", scheme, host)
                        .isZero();
            }
        }
        assertThat(status("POST", "/tasks", "Host", "build.example:443", "Origin", "https://build.example"))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "",
                "https://evil.example",
                "http://localhost",
                "http://localhost:3000",
                "http://localhost:8080.evil.example",
                "http://evil.example#localhost:8080",
                "http://evil@localhost:8080",
                "ftp://localhost:8080",
                "localhost:8080",
                "http://localhost:8080/"
            })
    void aForeignOriginIsRefused(String origin) {
        assertThat(status("POST", "/tasks", "Host", "localhost:8080", "Origin", origin))
                .isEqualTo(403);
        assertThat(status("GET", "/", "Host", "localhost:8080", "Origin", origin, "Sec-Fetch-Site", "same-origin"))
                .isEqualTo(403);
        assertThat(status("POST", "/tasks", "Host", "localhost:8080", "Origin", origin, "Origin", FRIEND))
                .isEqualTo(403);
    }

    @Test
    void thePageGetsItsFilesBehindAProxyThatPassesOnAnotherHost() {
        String[] foreign = {"Host", "127.0.0.1:8080", "Origin", "http://build.example", "Sec-Fetch-Site", "same-origin"
        };
        assertThat(status("GET", "/page/app.js", foreign)).isZero();
        assertThat(status("HEAD", "/page/app.js", foreign)).isZero();
        assertThat(status("POST", "/page/app.js", foreign)).isEqualTo(403);
        assertThat(status("GET", "/pages", foreign)).isEqualTo(403);
    }

    @Test
    void aPageOfAConfiguredOriginMayCall() {
        for (String site : List.of("cross-site", "same-site")) {
            assertThat(status("POST", "/tasks", "Host", "localhost", "Origin", FRIEND, "Sec-Fetch-Site", site))
                    .isZero();
            assertThat(status("OPTIONS", "/tasks", "Host", "localhost", "Origin", FRIEND, "Sec-Fetch-Site", site))
                    .isZero();
        }
        assertThat(status("POST", "/tasks", "Host", "evil.example", "Origin", FRIEND))
                .isEqualTo(421);
    }

    @Test
    void aLinkOnAnotherSiteLeadsToThePageAndNowhereElse() {
        assertThat(link("GET", "/", "navigate", "document")).isZero();
        assertThat(link("HEAD", "/", "navigate", "document")).isZero();
        assertThat(link("GET", "/", "navigate", "iframe")).isEqualTo(403);
        assertThat(link("GET", "/", "no-cors", "document")).isEqualTo(403);
        assertThat(link("POST", "/", "navigate", "document")).isEqualTo(403);
        assertThat(link("GET", "/tasks/a/stream", "navigate", "document")).isEqualTo(403);
    }

    @Test
    void thePageIsAtTheContextRoot() {
        contextRoot = "/some/where";
        assertThat(link("GET", "/some/where/", "navigate", "document")).isZero();
        assertThat(link("GET", "/some/where", "navigate", "document")).isZero();
        assertThat(link("GET", "/some/where/tasks", "navigate", "document")).isEqualTo(403);
        assertThat(status("GET", "/some/where/page/app.js", "Host", "127.0.0.1", "Origin", "http://build.example"))
                .isZero();
    }

    private int link(String method, String path, String mode, String destination) {
        return status(
                method,
                path,
                "Host",
                "localhost",
                "Sec-Fetch-Site",
                "cross-site",
                "Sec-Fetch-Mode",
                mode,
                "Sec-Fetch-Dest",
                destination);
    }

    @Test
    void whereTokensAreAskedForTheyDecide() {
        for (AccessControl.Mode mode : List.of(AccessControl.Mode.TOKENS, AccessControl.Mode.CLOSED)) {
            var other = check(mode);
            assertThat(other.refuse(request(
                            CLIENT,
                            "HTTP/1.1",
                            "POST",
                            "/tasks",
                            "Host",
                            "evil.example",
                            "Origin",
                            "https://evil.example",
                            "Sec-Fetch-Site",
                            "cross-site")))
                    .isNull();
        }
    }

    private Problem refuse(String peer, String protocol, String method, String path, String... headers) {
        return Objects.requireNonNull(check.refuse(request(peer, protocol, method, path, headers)));
    }

    /** Zero if the request is passed on. */
    private int status(String method, String path, String... headers) {
        return statusOf(CLIENT, "HTTP/1.1", method, path, headers);
    }

    private int statusOf(String peer, String protocol, String method, String path, String... headers) {
        Problem refusal = check.refuse(request(peer, protocol, method, path, headers));
        return refusal == null ? 0 : refusal.status();
    }

    private HttpServletRequest request(String peer, String protocol, String method, String path, String... headers) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                WebsiteFilterTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, called, arguments) -> switch (called.getName()) {
                    case "getRemoteAddr" -> peer;
                    case "getProtocol" -> protocol;
                    case "getMethod" -> method;
                    case "getRequestURI" -> path;
                    case "getContextPath" -> contextRoot;
                    case "getServerName" -> "from.authority";
                    case "getHeaders" -> {
                        List<String> values = new ArrayList<>();
                        for (int i = 0; i < headers.length; i += 2) {
                            if (headers[i].equalsIgnoreCase((String) arguments[0])) {
                                values.add(headers[i + 1]);
                            }
                        }
                        yield Collections.enumeration(values);
                    }
                    default -> throw new UnsupportedOperationException(called.getName());
                });
    }
}
