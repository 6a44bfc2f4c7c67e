package io.taskstream.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

    private static final List<String> NETWORKS = List.of("10.0.0.0/8", "::1", "2001:db8::/32");

    private final Proxies proxies = Proxies.in(NETWORKS, Proxies.Header.X_FORWARDED_FOR);
    private final Proxies standard = Proxies.in(NETWORKS, Proxies.Header.FORWARDED);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.9 | 198.51.100.1 | 192.0.2.9",
                "10.1.2.3 | 198.51.100.1 | 198.51.100.1",
                "10.1.2.3 | 6.6.6.6, 198.51.100.1 | 198.51.100.1",
                "10.1.2.3 | 198.51.100.1, 10.9.9.9 | 198.51.100.1",
                "10.1.2.3 | 198.51.100.1:4711 | 198.51.100.1",
                "::1 | 2001:db9::7 | 2001:db9::7",
                "10.1.2.3 | evil.example | 10.1.2.3",
                "10.1.2.3 | 198.51.100.1, nonsense | 10.1.2.3",
                "10.1.2.3 | 10.0.0.1 | 10.0.0.1",
                "110.1.2.3 | 198.51.100.1 | 110.1.2.3"
            })
    void takesTheWordOfItsProxiesOnly(String peer, String header, String client) {
        assertThat(proxies.client(peer, List.of(header))).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "for=198.51.100.1 | 198.51.100.1",
                "For=\"198.51.100.1:80\";proto=https | 198.51.100.1",
                "proto=https; for=\"[2001:db9::7]:80\" | 2001:db9::7",
                "for=6.6.6.6, for=198.51.100.1;by=10.0.0.1 | 198.51.100.1",
                "for=unknown | 10.1.2.3",
                "for=_hidden | 10.1.2.3",
                "xfor=198.51.100.1 | 10.1.2.3"
            })
    void readsTheStandardHeaderIfThatIsTheOneThatCounts(String header, String client) {
        assertThat(standard.client("10.1.2.3", List.of(header))).isEqualTo(client);
    }

    @Test
    void withoutProxiesNobodyIsTrusted() {
        assertThat(Proxies.in(List.of(), Proxies.Header.X_FORWARDED_FOR).client("127.0.0.1", List.of("1.2.3.4")))
                .isEqualTo("127.0.0.1");
    }

    @Test
    void oneHeaderCountsAndItIsTheOneThatIsConfigured() {
        assertThat(proxies.header()).isEqualTo("X-Forwarded-For");
        assertThat(standard.header()).isEqualTo("Forwarded");
        assertThat(proxies.client("10.1.2.3", List.of("for=198.51.100.1"))).isEqualTo("10.1.2.3");
        assertThat(standard.client("10.1.2.3", List.of("198.51.100.1"))).isEqualTo("10.1.2.3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "/ts | /ts",
                "/some/where/ | /some/where",
                "/ | \"\"",
                "/a.b_c~d-e/9 | /a.b_c~d-e/9",
                "\"\" | /root",
                "ts | /root",
                "// | /root",
                "//evil.example | /root",
                "/a//b | /root",
                "/a/../b | /root",
                "/a/. | /root",
                "/a%2fb | /root",
                "/a b | /root",
                "/a;b | /root",
                "/a?b | /root",
                "/a, /b | /root",
                "https://evil.example/a | /root"
            })
    void theRootIsWhatAProxyCallsItIfThatIsAPath(String prefix, String root) {
        assertThat(proxies.root("10.1.2.3", List.of(prefix), "/root")).isEqualTo(root);
    }

    @Test
    void theRootIsTheContextRootUnlessOneProxyNamesOnePrefix() {
        assertThat(proxies.root("192.0.2.9", List.of("/ts"), "/root")).isEqualTo("/root");
        assertThat(proxies.root("10.1.2.3", List.of(), "/root")).isEqualTo("/root");
        assertThat(proxies.root("10.1.2.3", List.of("/a", "/b"), "/root")).isEqualTo("/root");
        assertThat(proxies.root("10.1.2.3", List.of("/" + "a".repeat(300)), "/root"))
                .isEqualTo("/root");
        assertThat(Proxies.in(List.of(), Proxies.Header.FORWARDED).root("10.1.2.3", List.of("/ts"), ""))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "::1/129", "10.0.0.0/-1"})
    void aNetworkThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> Proxies.in(List.of(text), Proxies.Header.FORWARDED))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example, a.example, true",
        "https://a.example, A.example:443, true",
        "https://a.example:8443, a.example:8443, true",
        "http://localhost:8080, localhost:8080, true",
        "http://127.0.0.1:8080, 127.0.0.1:8080, true",
        "http://a.example, a.example, false",
        "https://a.example, b.example, false",
        "https://a.example:8443, a.example, false",
        "https://a.example.evil, a.example, false",
        "null, a.example, false",
        "https://, a.example, false",
        "file://a.example, a.example, false"
    })
    void itsOwnOriginIsItsHostByHttps(String origin, String host, boolean isOwn) {
        assertThat(Origins.isOwn(origin, host)).isEqualTo(isOwn);
    }

    @Test
    void otherOriginsMustBeNamed() {
        var origins = new Origins(Set.of("https://a.example"), false);

        assertThat(origins.allows("https://a.example")).isTrue();
        assertThat(origins.allows("https://a.example:443")).isFalse();
        assertThat(origins.allows("https://A.example")).isFalse();
    }

    @Test
    void theCookiesOfAnotherOriginCountOnlyWhereThatWasAskedFor() {
        assertThat(new Origins(Set.of("https://a.example"), false).allowsCookies("https://a.example"))
                .isFalse();
        assertThat(new Origins(Set.of("https://a.example"), true).allowsCookies("https://a.example"))
                .isTrue();
        assertThat(new Origins(Set.of("https://a.example"), true).allowsCookies("https://b.example"))
                .isFalse();
    }
}
