package io.taskstream.task;

import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "true",
                "\"text\"",
                "0",
                "-1.50e+10",
                "{ \"b\" : 1 ,\n\t\"a\" : 1.0 }",
                "{\"type\":\"item_from_elsewhere\",\"text\":5}",
                "{\"type\":7}",
                "{\"type\":null}",
                "{\"inner\":{\"type\":\"done\",\"status\":\"no such status\"}}",
                "{\"type\":\"message_delta\",\"text\":\"\\u0041\\/\",\"more\":[1,  2]}"
            })
    void theTextOfAnEventStaysAsItWasSent(String json) {
        EventData event = READER.read(json);
        assertThat(event).hasToString(json);
        assertThat(event.end()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{}{}",
                "{} x",
                "1 2",
                "'a'",
                "{a:1}",
                "[1,]",
                "nul",
                "\"\n\"",
                "\"\\x\"",
                "01",
                "NaN",
                "\ufeff{}"
            })
    void textThatIsNotOneJsonValueIsRefused(String json) {
        assertThatExceptionOfType(InvalidItemException.class).isThrownBy(() -> READER.read(json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"item_started\"}|item|missing",
                "{\"type\":\"item_started\",\"item\":null}|item|missing",
                "{\"type\":\"item_completed\"}|item|missing",
                "{\"type\":\"message_delta\"}|text|missing",
                "{\"type\":\"message_delta\",\"text\":5}|text|a string",
                "{\"type\":\"message_delta\",\"text\":{\"type\":\"x\"}}|text|a string",
                "{\"type\":\"token_usage\"}|usage|missing",
                "{\"type\":\"error\",\"message\":[]}|message|a string",
                "{\"type\":\"approval_request\",\"id\":\"1\"}|command|missing",
                "{\"type\":\"approval_request\",\"command\":\"ls\"}|id|missing",
                "{\"type\":\"approval_request\",\"id\":1,\"command\":\"ls\"}|id|a string",
                "{\"type\":\"done\",\"status\":\"open\"}|status|completed, failed or cancelled",
                "{\"type\":\"done\",\"status\":\"DONE\"}|status|completed, failed or cancelled",
                "{\"type\":\"done\",\"message\":false}|message|a string"
            })
    void aKnownItemWithAWrongMemberIsRefusedAndTheMemberNamed(String json, String member, String what) {
        assertThatExceptionOfType(InvalidItemException.class)
                .isThrownBy(() -> READER.read(json))
                .withMessageContaining("'" + member + "'")
                .withMessageContaining(what);
    }

    @Test
    void anArrayAndABatchHaveSoManyElementsAndNoMore() {
        int most = JsonBounds.USUAL.elements();
        String array = "[" + "1,".repeat(most - 1) + "[1,2]]";
        String longer = "[" + "1,".repeat(most) + "1]";
        assertThat(READER.readBatch(array)).hasSize(most);
        assertThatNoException().isThrownBy(() -> READER.read("{\"a\":" + array + ",\"b\":" + array + "}"));
        for (String json : List.of(longer, "{\"type\":\"item_started\",\"item\":{\"a\":[[]," + longer + "]}}")) {
            assertThatExceptionOfType(InvalidItemException.TooManyElements.class)
                    .isThrownBy(() -> READER.readBatch(json))
                    .withMessageContaining(Integer.toString(most));
        }
    }

    @Test
    void ofSeveralMembersOfOneNameTheLastCounts() {
        assertThat(READER.read("{\"type\":\"done\",\"status\":[{\"a\":1}],\"status\":\"failed\"}")
                        .end())
                .isEqualTo(TaskStatus.FAILED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"done\"}|COMPLETED",
                "{\"type\":\"done\",\"status\":null,\"message\":null}|COMPLETED",
                "{\"type\":\"done\",\"status\":\"failed\"}|FAILED",
                "{\"status\":\"cancelled\",\"type\":\"done\",\"message\":\"m\"}|CANCELLED"
            })
    void doneEndsTheTaskAsItsStatusSays(String json, TaskStatus end) {
        assertThat(READER.read(json).end()).isEqualTo(end);
    }

    @Test
    void ofTypesOfTheSameNameTheLastCountsAsItDoesForEveryReader() {
        assertThat(READER.read("{\"type\":\"done\",\"type\":\"other\"}").end()).isNull();
        assertThat(READER.read("{\"type\":\"done\",\"type\":5}").end()).isNull();
        assertThat(READER.read("{\"type\":5,\"type\":\"done\"}").end()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(READER.read("{\"type\":\"done\",\"status\":\"failed\",\"status\":\"cancelled\"}")
                        .end())
                .isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void nestingIsBounded() {
        assertThat(READER.read(nested(128))).hasToString(nested(128));
        assertThatExceptionOfType(InvalidItemException.class)
                .isThrownBy(() -> READER.read(nested(129)))
                .withMessageContaining("128");
        assertThatExceptionOfType(InvalidItemException.class).isThrownBy(() -> READER.read("[".repeat(1_000_000)));
        assertThatExceptionOfType(InvalidItemException.class)
                .isThrownBy(() -> READER.read("{\"type\":\"item_started\",\"item\":" + nested(128) + "}"));
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e-999999999", "123456789012345678901234567890"})
    void numbersOfAnySizePass(String number) {
        assertThat(READER.read(number)).hasToString(number);
        String item = "{\"type\":\"token_usage\",\"usage\":" + number + "}";
        assertThat(READER.read(item)).hasToString(item);
    }

    @Test
    void aNumberOfManyDigitsIsNoFailureOfTheServer() {
        String digits = "9".repeat(5_000);
        assertThatNoException().isThrownBy(() -> READER.read(digits));
        assertThatExceptionOfType(InvalidItemException.class)
                .isThrownBy(() -> READER.read("{\"type\":\"token_usage\",\"usage\":[" + digits + ".5]}"))
                .withMessageContaining("digits");
    }

    @Test
    void anArrayIsABatch() {
        assertThat(READER.readBatch(" [ 1 , \"a,]\\\"\" , {\"b\": [2, 3] } ]\n").stream()
                        .map(Object::toString))
                .containsExactly("1", "\"a,]\\\"\"", "{\"b\": [2, 3] }");
    }

    @Test
    void anyOtherValueIsABatchOfOne() {
        assertThat(READER.readBatch(" {\"a\": 1} ").stream().map(Object::toString))
                .containsExactly("{\"a\": 1}");
    }

    @Test
    void anArrayInABatchIsOneEvent() {
        assertThat(READER.readBatch("[[1,2],[]]").stream().map(Object::toString))
                .containsExactly("[1,2]", "[]");
        assertThat(READER.readBatch("[]")).isEmpty();
    }

    @Test
    void aWrongEventOfABatchIsNamedByItsNumber() {
        assertThatExceptionOfType(InvalidItemException.class)
                .isThrownBy(() -> READER.readBatch("[1,{\"type\":\"message_delta\"},3]"))
                .withMessageStartingWith("Event 2 of the batch: ")
                .withMessageContaining("'text'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,,2]", "[1", "[1]2", "[1]]", "[,]", "[1 2]", "["})
    void aBatchThatIsNotJsonIsRefused(String json) {
        assertThatExceptionOfType(InvalidItemException.class).isThrownBy(() -> READER.readBatch(json));
    }

    @Test
    void valuesThatJsonBCanBindAreBound() {
        assertThat(READER.bind(Map.of("a", 1))).hasToString("{\"a\":1}");
        assertThat(READER.bind("text")).hasToString("\"text\"");
        assertThat(READER.bind(new StreamItem.Done(TaskStatus.FAILED, null)).end())
                .isEqualTo(TaskStatus.FAILED);
    }
}
