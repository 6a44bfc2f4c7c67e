package io.taskstream.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void onlyTheObjectsOwnStringsAreRead() {
        String json = "{ \"a\" : \"x\\n\\u20ac\\\"\\\\\" , \"b\":[1,{\"type\":\"no\"},\"}\"],\"c\":{\"type\":\"no\"},"
                + "\"d\":null,\"e\":-1.5e3 , \"type\":\"yes\"}";

        assertThat(Json.strings(json)).isEqualTo(Map.of("a", "x\n€\"\\", "type", "yes"));
        assertThat(Json.strings("{}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "[\"type\"]", "{\"type\":\"x", "{\"type\"", "{\"a\":[", "{\"a\":\"\\u12\"}", "<html>"})
    void whatIsNoObjectHasNoMembers(String text) {
        assertThat(Json.strings(text)).isEmpty();
    }

    @Test
    void aTextIsQuoted() {
        assertThat(Json.quoted("a\"b\\c\n\u0001€")).isEqualTo("\"a\\\"b\\\\c\\u000a\\u0001€\"");
        assertThat(Json.strings("{\"x\":" + Json.quoted("a\"b\\c\n\u0001€") + "}"))
                .containsValue("a\"b\\c\n\u0001€");
    }
}
