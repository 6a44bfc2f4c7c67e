package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisException;
import io.taskstream.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("redis")
final class RedisClientsTest {

    @Test
    void whereNotAllConnectionsCanBeMadeNoneStaysOpen() {
        try (var server = new RedisServer("--maxclients", "2");
                RedisLink link = RedisClients.link(
                        new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 0),
                        Duration.ofSeconds(2))) {
            assertThatThrownBy(link::connect).isInstanceOf(RedisException.class);
            // If they stayed, redis-cli were refused, too.
            await("closed", () -> server.cli("dbsize").equals("0"));
        }
    }
}
