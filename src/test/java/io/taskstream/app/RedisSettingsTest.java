package io.taskstream.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.eventlog.redis.RedisConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisSettingsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://user:secret@host:6379/1",
                "redis-sentinel://redis1:26379,redis2:26379#m",
                "rediss-sentinel://redis-a:26379,rediss:26379,c#m",
            })
    void anUrlMayHaveSeveralHostsWhateverTheyAreCalled(String url) {
        RedisConfig.Server place = read(Map.of("taskstream.redis.url", url)).server();
        assertThat(place.uris()).containsExactly(url);
        assertThat(place.isCluster()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://redis1:1,rediss://redis2:2",
                "redis://redis1:1 rediss://redis2:2",
                "redis://redis1:1 ,\n rediss://redis2:2"
            })
    void severalUrlsAreACluster(String urls) {
        RedisConfig.Server place = read(Map.of("taskstream.redis.url", urls)).server();
        assertThat(place.uris()).containsExactly("redis://redis1:1", "rediss://redis2:2");
        assertThat(place.isCluster()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://host", "host:6379", "redis://a:1,redis-socket://b", "redis://a:1,redis+tls://b:2"})
    void anUrlOfAnotherKindIsRefusedAndNotShown(String url) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> read(Map.of("taskstream.redis.url", url)))
                .withMessageContaining("taskstream.redis.url")
                .withMessageNotContaining(url);
    }

    @Test
    void certificatesThatCanNotBeReadAreRefused(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("ca.pem"));
        assertThat(read(Map.of("taskstream.redis.trust-file", file.toString()))
                        .server()
                        .trust())
                .isEqualTo(file);
        assertThat(read(Map.of()).server().trust()).isNull();
        Files.delete(file);
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> read(Map.of("taskstream.redis.trust-file", file.toString())))
                .withMessageContaining("taskstream.redis.trust-file");
    }

    @ParameterizedTest
    @CsvSource({"taskstream.redis.command-millis, 60001", "taskstream.redis.append-millis, 180001"})
    void nobodyTriesForLongerThanRedisRemembers(String key, String millis) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> read(Map.of(key, millis)))
                .withMessageContaining(key);
    }

    @Test
    void theLongestTimesAreAllowedTogether() {
        RedisConfig.Timeouts times = read(Map.of(
                        "taskstream.redis.command-millis", "60000", "taskstream.redis.append-millis", "180000"))
                .timeouts();
        assertThat(times.command()).isEqualTo(Duration.ofMinutes(1));
        assertThat(times.append()).isEqualTo(Duration.ofMinutes(3));
    }

    private static RedisConfig read(Map<String, String> values) {
        return RedisSettings.read(new SettingReader(values::get), 1, Duration.ofHours(1), Duration.ofHours(1));
    }
}
