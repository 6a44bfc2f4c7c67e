package io.taskstream.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.access.Digests;
import io.taskstream.access.Grant;
import io.taskstream.access.RefusedException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaticTokensTest {

    private static final String TOKEN = "0123456789abcdef";

    private final SettableTime time = new SettableTime();

    @Test
    void aTokenGrantsWhatTheFileSays() {
        Grant grant = tokens("{\"subject\":\"ci\",\"token\":\"" + TOKEN + "\",\"publish\":[\"build-*\"]}")
                .verify(TOKEN);

        assertThat(grant.subject()).isEqualTo("ci");
        assertThat(grant.session()).isEqualTo("ci");
        assertThat(grant.permissions().mayPublish(new TaskId("build-1"))).isTrue();
        assertThat(grant.permissions().mayWatch(new TaskId("build-1"))).isFalse();
    }

    @Test
    void theFileMayHoldTheDigestInstead() {
        assertThat(tokens("{\"subject\":\"ci\",\"sha256\":\"" + Digests.hex(TOKEN) + "\"}")
                        .verify(TOKEN)
                        .subject())
                .isEqualTo("ci");
    }

    @Test
    void anotherTokenIsRefused() {
        StaticTokens tokens = tokens("{\"subject\":\"ci\",\"token\":\"" + TOKEN + "\"}");

        for (String other : List.of("", TOKEN + "0", TOKEN.substring(1), Digests.hex(TOKEN))) {
            assertThatThrownBy(() -> tokens.verify(other)).isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void anEntryIsInTheFileUntilAnythingInItIsChanged() {
        String before = "{\"subject\":\"ci\",\"token\":\"" + TOKEN + "\",\"publish\":[\"a\"]}";
        String entry = tokens(before).verify(TOKEN).entry();

        assertThat(tokens(before).has(entry)).isTrue();
        assertThat(tokens(before.replace("\"a\"", "\"b\"")).has(entry)).isFalse();
        assertThat(tokens(before.replace("0123", "3210")).has(entry)).isFalse();
        assertThat(entry).doesNotContain(TOKEN);
    }

    @Test
    void aTokenEndsWhenTheFileSaysSo() {
        StaticTokens tokens =
                tokens("{\"subject\":\"ci\",\"token\":\"" + TOKEN + "\",\"expires\":\"2026-11-24T10:01:00Z\"}");

        tokens.verify(TOKEN);
        time.advance(Duration.ofMinutes(1));
        assertThatThrownBy(() -> tokens.verify(TOKEN)).isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"tokens\":5}",
                "{\"tokens\":[5]}",
                "{\"tokens\":[{\"subject\":\"a\"}]}",
                "{\"tokens\":[{\"token\":\"0123456789abcdef\"}]}",
                "{\"tokens\":[{\"subject\":\"\",\"token\":\"0123456789abcdef\"}]}",
                "{\"tokens\":[{\"subject\":\"a\",\"token\":\"short\"}]}",
                "{\"tokens\":[{\"subject\":\"a\",\"sha256\":\"xyz\"}]}",
                "{\"tokens\":[{\"subject\":\"a\",\"sha256\":\"00\"}]}",
                "{\"tokens\":[{\"subject\":\"a\",\"token\":\"0123456789abcdef\",\"expires\":\"soon\"}]}",
                "{\"tokens\":[{\"subject\":\"a\",\"token\":\"0123456789abcdef\",\"publish\":\"*\"}]}",
                "{\"tokens\":[{\"subject\":\"a\",\"token\":\"0123456789abcde;\"}]}"
            })
    void aWrongFileIsRefusedAndNoSecretTold(String file) {
        assertThatThrownBy(() -> StaticTokens.parse(file))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("0123456789abcde");
    }

    private StaticTokens tokens(String entry) {
        List<StaticTokens.Entry> entries = StaticTokens.parse("{\"tokens\":[" + entry + "]}");
        return new StaticTokens(() -> entries, time);
    }
}
