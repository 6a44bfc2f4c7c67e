package io.taskstream.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.access.AccessControl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessSettingsTest {

    @Test
    void withoutASettingNobodyComesIn() {
        assertThat(read(Map.of()).mode()).isEqualTo(AccessControl.Mode.CLOSED);
    }

    @Test
    void openMustBeSaid() {
        assertThat(read(Map.of("taskstream.access", "open")).mode()).isEqualTo(AccessControl.Mode.OPEN);
    }

    @Test
    void tokensMustBeSomewhere() {
        assertThatThrownBy(() -> read(Map.of("taskstream.access", "tokens")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("tokens-file");
        assertThat(read(Map.of("taskstream.access", "tokens", "taskstream.access.tokens-file", "f"))
                        .mode())
                .isEqualTo(AccessControl.Mode.TOKENS);
    }

    @Test
    void aSharedSecretIsNotTakenUnlessItIsSaid() {
        assertThat(jwt(Map.of()).rules().algorithms()).doesNotContain("HS256");
        assertThat(jwt(Map.of("taskstream.access.jwt.algorithms", "HS256"))
                        .rules()
                        .algorithms())
                .containsExactly("HS256");
    }

    @Test
    void theServersOwnNamesAreNamesOfHosts() {
        assertThat(read(Map.of("taskstream.hosts", "a.example, Taskstream"))
                        .hosts()
                        .names())
                .containsExactlyInAnyOrder("a.example", "taskstream");
        for (String wrong : List.of("http://a.example", "a.example:8080", "*", "*.example", "a b", "[::1]")) {
            assertThatThrownBy(() -> read(Map.of("taskstream.hosts", wrong)))
                    .as(wrong)
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("taskstream.hosts");
        }
    }

    private static AccessSettings.Jwt jwt(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("taskstream.access", "tokens");
        all.put("taskstream.access.jwt.key-file", "f");
        all.put("taskstream.access.jwt.issuer", "i");
        all.put("taskstream.access.jwt.audience", "a");
        return read(all).jwt().orElseThrow();
    }

    @Test
    void aTokenOfAnotherAudienceCouldNotBeToldWithoutTheSetting() {
        assertThatThrownBy(() -> read(Map.of(
                        "taskstream.access", "tokens",
                        "taskstream.access.jwt.key-file", "f",
                        "taskstream.access.jwt.issuer", "i")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("taskstream.access.jwt.audience");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "taskstream.access | Open",
                "taskstream.access.jwt.algorithms | none",
                "taskstream.access.jwt.algorithms | RS256,none",
                "taskstream.access.jwt.keys-url | http://elsewhere.example/keys",
                "taskstream.access.jwt.keys-url | file:///keys",
                "taskstream.access.jwt.keys-url | ::",
                "taskstream.access.proxies | localhost",
                "taskstream.access.proxy-header | X-Real-IP",
                "taskstream.access.proxies | 10.0.0.0/99",
                "taskstream.cors.origins | *",
                "taskstream.cors.origins | https://a.example/",
                "taskstream.cors.credentials | yes",
                "taskstream.access.ticket-seconds | 0",
                "taskstream.limit.viewers | -1"
            })
    void nonsenseIsRefused(String key, String value) {
        assertThatThrownBy(() -> read(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(key);
    }

    private static AccessSettings read(Map<String, String> config) {
        return AccessSettings.read(new SettingReader(config::get));
    }
}
