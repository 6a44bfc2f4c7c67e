package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import jakarta.ws.rs.WebApplicationException;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTypeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json; charset=utf-8",
                "application/json; charset=\"US-ASCII\"",
                "application/json ;x=y"
            })
    void jsonIsJsonWhateverItsParameters(String type) {
        assertThat(BodyType.ofEvents(type).name()).isEqualTo(BodyType.JSON);
        assertThatNoException().isThrownBy(() -> BodyType.checkJson(type));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "image/png", "application/jsonx", "nonsense", "text/html;application/json", "*/*"})
    void whatIsNotTakenIsToldWhatIs(String type) {
        assertUnsupported(() -> BodyType.ofEvents(type), "application/json, application/x-ndjson or text/plain");
        assertUnsupported(() -> BodyType.checkJson(type), "application/json");
    }

    @Test
    void linesAreInAnyCharsetThatTellsTheirEndsAsAsciiDoes() {
        assertThat(BodyType.ofEvents("text/plain").charset()).isEqualTo(StandardCharsets.UTF_8);
        assertThat(BodyType.ofEvents("text/plain;charset=latin1").charset()).isEqualTo(StandardCharsets.ISO_8859_1);
        assertThat(BodyType.ofEvents("application/x-ndjson;charset=windows-1252")
                        .charset())
                .hasToString("windows-1252");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain;charset=utf-16",
                "text/plain;charset=utf-32le",
                "text/plain;charset=IBM037",
                "text/plain;charset=no-such",
                "text/plain;charset=\"?!\"",
                "application/x-ndjson;charset=utf-16be",
                "application/json;charset=iso-8859-1",
                "application/json;charset=utf-16"
            })
    void aCharsetThatIsNotDecodedIsUnsupported(String type) {
        assertUnsupported(() -> BodyType.ofEvents(type), "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/partial-upload",
                "Application/Partial-Upload; charset=utf-8",
                "application/partial-upload;charset=\"UTF8\";x=y"
            })
    void theBytesOfAnUploadAreInUtf8(String type) {
        assertThatNoException().isThrownBy(() -> BodyType.checkPart(type));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "text/plain",
                "application/partial-upload; charset=ISO-8859-1",
                "application/partial-upload;charset=utf-16",
                "application/partial-upload;charset=no-such"
            })
    void whatCantBeTheBytesOfAnUploadIsUnsupported(String type) {
        assertUnsupported(() -> BodyType.checkPart(type), "");
    }

    private static void assertUnsupported(ThrowingCallable call, String message) {
        assertThatExceptionOfType(WebApplicationException.class)
                .isThrownBy(call)
                .withMessageContaining(message)
                .satisfies(
                        failure -> assertThat(failure.getResponse().getStatus()).isEqualTo(415));
    }
}
