package io.taskstream.http.resource;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 10, bytes 0-0/10",
        "bytes=0-9, 10, bytes 0-9/10",
        "bytes=2-4, 10, bytes 2-4/10",
        "bytes=2-400, 10, bytes 2-9/10",
        "bytes=2-999999999999999999, 10, bytes 2-9/10",
        "bytes=9-, 10, bytes 9-9/10",
        "bytes=0-1000000000000000000, 10, bytes 0-9/10",
        "bytes=0-9223372036854775807, 10, bytes 0-9/10",
        "bytes=0-99999999999999999999999, 10, bytes 0-9/10",
        "bytes=-99999999999999999999999, 10, bytes 0-9/10",
        "bytes=9223372036854775807-, 10,",
        "bytes=99999999999999999999999-, 10,",
        "bytes=99999999999999999999999-99999999999999999999999, 10,",
        "bytes=000000000000000000000002-4, 10, bytes 2-4/10",
        "bytes=-3, 10, bytes 7-9/10",
        "bytes=-300, 10, bytes 0-9/10",
        "bytes= 1-2 , 10, bytes 1-2/10",
        "bytes=10-, 10,",
        "bytes=10-12, 10,",
        "bytes=-0, 10,",
        "bytes=0-, 0,",
        "bytes=-5, 0,",
    })
    void thePartIsThatOfRfc9110(String range, long total, String contentRange) {
        assertThat(ByteRange.isOne(range)).isTrue();
        ByteRange part = ByteRange.of(range, total);
        assertThat(part == null ? null : part.of(total)).isEqualTo(contentRange);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes=",
                "bytes=-",
                "bytes=4-2",
                "bytes=0-1,3-4",
                "lines=0-1",
                "bytes=a-b",
                "bytes=99999999999999999999999-2"
            })
    void anyOtherRangeCountsAsNone(String range) {
        assertThat(ByteRange.isOne(range)).isFalse();
    }

    @Test
    void noRangeIsNone() {
        assertThat(ByteRange.isOne(null)).isFalse();
    }
}
