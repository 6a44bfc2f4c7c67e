package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.ws.rs.WebApplicationException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class JsonBodyTest {

    @Test
    void aByteOrderMarkIsNoText() {
        assertThat(JsonBody.text(bytes("\ufeff1"), 9, -1)).isEqualTo("1");
        assertThat(JsonBody.text(bytes("\ufeff"), 9, -1)).isEmpty();
    }

    @Test
    void whatNobodyAsksForIsNotBuilt() {
        String json = "{\"id\":\"x\",\"labels\":{\"a\":\"1\",\"b\":{\"c\":[1]}},\"more\":[1,{\"d\":2}],\"last\":\"y\"}";
        assertThat(JsonBody.object(json))
                .hasToString("{\"id\":\"x\",\"labels\":{\"a\":\"1\",\"b\":{}},\"more\":[],\"last\":\"y\"}");
    }

    @Test
    void aBodyIsBounded() {
        assertThat(JsonBody.text(bytes("1234"), 4, -1)).isEqualTo("1234");
        assertRefused(413, () -> JsonBody.text(bytes("12345"), 4, -1));
        assertThat(JsonBody.text(bytes("1234"), 4, 4)).isEqualTo("1234");
        assertRefused(413, () -> JsonBody.text(bytes("12345"), 4, 5));
        assertRefused(413, () -> JsonBody.text(bytes("12345"), 4, Long.MAX_VALUE));
    }

    @Test
    void aBodyIsUtf8() {
        assertThat(JsonBody.text(bytes("ä"), 4, -1)).isEqualTo("ä");
        assertRefused(400, () -> JsonBody.text(new ByteArrayInputStream(new byte[] {(byte) 0xc3, '('}), 4, -1));
    }

    @Test
    void aBodyIsAnObjectOrEmpty() {
        assertThat(JsonBody.object("")).isEmpty();
        assertThat(JsonBody.object(" {\"a\":1} ")).hasSize(1);
        assertRefused(400, () -> JsonBody.object("[]"));
        assertRefused(400, () -> JsonBody.object("{"));
        assertRefused(400, () -> JsonBody.object("{} {}"));
        assertRefused(400, () -> JsonBody.object("{\"a\":" + "9".repeat(5_000) + "}"));
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRefused(int status, ThrowingCallable call) {
        assertThatExceptionOfType(WebApplicationException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getResponse().getStatus()).isEqualTo(status));
    }
}
