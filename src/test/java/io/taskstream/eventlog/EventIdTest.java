package io.taskstream.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"9c41e7d2-1", "0-0", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-999999999999999999"})
    void comesBackFromItsTextAsItWas(String text) {
        assertThat(EventId.parse(text)).map(EventId::toString).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "a",
                "a-",
                "-1",
                "a-01",
                "a--1",
                "a-1 ",
                " a-1",
                "A-1",
                "a-1\n",
                "a\n-1",
                "a-1\0",
                "a-9999999999999999999",
                "a-\u0661",
                "ä-1",
                "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-1"
            })
    void textOfAnotherFormIsNone(String text) {
        assertThat(EventId.parse(text)).isEmpty();
    }

    @Test
    void aMegabyteOfTextIsNone() {
        assertThat(EventId.parse("a".repeat(1 << 20))).isEmpty();
    }

    @Test
    void anotherPlaceOfTheSameLogHasTheSameEpoch() {
        assertThat(new EventId("e", 5).at(7)).hasToString("e-7");
    }
}
