package io.taskstream.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    @Test
    void whatIsNotSetHasItsDefault() {
        Settings settings = read(Map.of());
        assertThat(settings.engine()).isEqualTo("embedded");
        assertThat(settings.embedded().retention().events()).isEqualTo(1_000_000);
        assertThat(settings.limits().bodyBytes()).isEqualTo(1 << 20);
        assertThat(settings.limits().heartbeat()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.limits().shortestHeartbeat()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.limits().longestHeartbeat()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.limits().stall()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void theMemoryEngineKeepsLess() {
        Settings settings = read(Map.of("taskstream.log.engine", "memory"));
        assertThat(settings.memory().events()).isEqualTo(512);
        assertThat(settings.memory().bytes()).isEqualTo(64L << 20);
    }

    @Test
    void whatIsSetCounts() {
        Settings settings = read(Map.of(
                "taskstream.log.events", " 7 ", "taskstream.heartbeat.seconds", "15", "taskstream.stall.seconds", ""));
        assertThat(settings.memory().events()).isEqualTo(7);
        assertThat(settings.limits().heartbeat()).isEqualTo(Duration.ofSeconds(15));
        assertThat(settings.limits().stall()).isEqualTo(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @CsvSource({
        "taskstream.log.events, 0",
        "taskstream.log.events, many",
        "taskstream.log.events, 5.5",
        "taskstream.log.events, 99999999999999999999",
        "taskstream.log.bytes, -1",
        "taskstream.log.finished-tasks, 0",
        "taskstream.log.engine, floppy",
        "taskstream.publish.max-bytes, 10",
        "taskstream.heartbeat.seconds, 0",
        "taskstream.heartbeat.seconds, 301",
        "taskstream.heartbeat.min-seconds, 0",
        "taskstream.heartbeat.max-seconds, 400",
        "taskstream.stall.seconds, 0",
    })
    void nonsenseIsRefusedAndItsKeyNamed(String key, String value) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> read(Map.of(key, value)))
                .withMessageContaining(key)
                .withMessageContaining("'" + value + "'");
    }

    @Test
    void theUsualHeartbeatLiesWithinItsBounds() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> read(Map.of("taskstream.heartbeat.max-seconds", "20")))
                .withMessageContaining("taskstream.heartbeat.seconds");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> read(
                        Map.of("taskstream.heartbeat.min-seconds", "20", "taskstream.heartbeat.max-seconds", "10")))
                .withMessageContaining("taskstream.heartbeat.max-seconds");
    }

    @Test
    void everyKeyIsRememberedWithItsDefault() {
        var reader = new SettingReader(key -> null);
        Settings.read(reader);
        assertThat(reader.defaults())
                .containsEntry("taskstream.log.engine", "embedded")
                .containsEntry("taskstream.heartbeat.seconds", "30")
                .allSatisfy((key, usual) -> assertThat(key).startsWith("taskstream."));
    }

    private static Settings read(Map<String, String> values) {
        return Settings.read(new SettingReader(values::get));
    }
}
