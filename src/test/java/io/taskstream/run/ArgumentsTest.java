package io.taskstream.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    private static boolean areWhole(byte[] given, Charset charset) {
        String decoded = new String(given, charset);
        String beforeThem = "java\0-jar\0taskstream-run.jar\0";
        var line = new ByteArrayOutputStream();
        line.writeBytes(beforeThem.getBytes(US_ASCII));
        line.writeBytes(given);
        return Arguments.areWhole(List.of(decoded.split("\0", -1)).subList(0, 2), line.toByteArray(), charset);
    }

    @Test
    void argumentsThatJavaHasDecodedRightAreWhole() {
        assertThat(areWhole("echo\0gr\u00f6\u00dfe\0".getBytes(UTF_8), UTF_8)).isTrue();
        assertThat(areWhole("echo\0gr\u00f6\u00dfe\0".getBytes(UTF_8), ISO_8859_1))
                .isTrue();
        assertThat(areWhole("echo\0size?\0".getBytes(UTF_8), US_ASCII)).isTrue();
    }

    @Test
    void argumentsOfAnotherCharsetAreNot() {
        assertThat(areWhole("echo\0gr\u00f6\u00dfe\0".getBytes(UTF_8), US_ASCII))
                .isFalse();
        assertThat(areWhole("echo\0gr\u00f6\u00dfe\0".getBytes(ISO_8859_1), UTF_8))
                .isFalse();
    }

    /** The system may tell no command line. */
    @Test
    void whatCannotBeToldCountsAsWhole() {
        assertThat(Arguments.areWhole(List.of("gr\u00f6\u00dfe"), new byte[0], UTF_8))
                .isTrue();
    }
}
