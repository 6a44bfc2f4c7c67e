package io.taskstream.http.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NegotiationFilterTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "text/event-stream",
                "text/html, application/json;q=0.5",
                "text/html,application/xml;q=0.9 , */*; q=0.8",
                "image/*;q=1.000",
                "a/b;q=0."
            })
    void whatIsRightStaysAsItIs(String accept) {
        assertThat(NegotiationFilter.mediaRanges(accept)).isSameAs(accept);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
                        + "|text/html, image/gif, image/jpeg, */*;q=0.200, */*;q=0.200",
                "*|*/*",
                "garbage, a/b|a/b",
                "a/b/c, a/b|a/b",
                "*/b, a/b|a/b",
                "a/b;q=abc, c/d;q=2, e/f;q, g/h;q=-1, i/j|i/j",
                "a/b;q=0.9999|a/b;q=1.000",
                "a/b;q=0.00001|a/b;q=0.001",
                "a/b;Q=.5|a/b;q=0.500",
                "a/b;v=b3;q=0.7|a/b;q=0.700",
                "a/b;x=\"c/d,e/f\", g/h|a/b, g/h",
                "a/b;x=\"c\\\",d\", g/h|a/b, g/h"
            })
    void whatCantBeReadIsLeftOut(String accept, String readable) {
        assertThat(NegotiationFilter.mediaRanges(accept)).isEqualTo(readable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", ", ,", ";", "garbage", "a/b;q=abc", "\"", "/", "a/"})
    void whereNothingCanBeReadThereIsNone(String accept) {
        assertThat(NegotiationFilter.mediaRanges(accept)).isNull();
    }

    @Test
    void aLongHeaderIsReadToItsEnd() {
        assertThat(NegotiationFilter.mediaRanges("x,".repeat(30_000) + "a/b")).isEqualTo("a/b");
        assertThat(NegotiationFilter.mediaRanges("a/b;" + "x=y;".repeat(30_000) + "q=.5"))
                .isEqualTo("a/b;q=0.500");
        assertThat(NegotiationFilter.mediaType("a/b;x=\"" + "\\\\".repeat(30_000) + "\""))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "de-DE, en;q=0.8", "*", "*;q=0.1", "es-419", "zh-Hant-TW"})
    void languagesThatBothServersReadAreRight(String languages) {
        assertThat(NegotiationFilter.areLanguages(languages)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {";;", "xx;q=abc", "de-DE-u-co", "de_DE", "de;q=5"})
    void othersAreNot(String languages) {
        assertThat(NegotiationFilter.areLanguages(languages)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json;charset=UTF-8",
                "text/plain; charset=\"utf-8\"; x=\"a\\\"b\"",
                "application/vnd.x+json"
            })
    void aMediaTypeIsOne(String type) {
        assertThat(NegotiationFilter.mediaType(type)).isSameAs(type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/plain;|text/plain",
                "text/plain ; ;|text/plain",
                "text/plain;;charset=utf-8;|text/plain;charset=utf-8",
                "a/b; ; x=\"y;;z\";|a/b;x=\"y;;z\""
            })
    void emptyParametersAreLeftOut(String type, String readable) {
        assertThat(NegotiationFilter.mediaType(type)).isEqualTo(readable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", ";", "a/b/c", "a/b, c/d", "a/b; charset", "a/b; charset=\"x", "a/", "/b"})
    void allElseIsNone(String type) {
        assertThat(NegotiationFilter.mediaType(type)).isNull();
    }
}
