package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextSplitterTest {

    private final List<String> pieces = new ArrayList<>();
    private final TextSplitter splitter = new TextSplitter(StandardCharsets.UTF_8, 8);

    @Test
    void aLineKeepsItsEnd() {
        add("a\nb\r\n\n\r\nc");
        assertThat(pieces).containsExactly("a\n", "b\r\n", "\n", "\r\n");
        splitter.end(this::piece);
        assertThat(pieces).endsWith("c");
    }

    @Test
    void aReturnThatStandsAloneEndsAPiece() {
        add("10%\r20%\r");
        assertThat(pieces).containsExactly("10%\r");
        add("\r\n\n\r");
        assertThat(pieces).containsExactly("10%\r", "20%\r", "\r\n", "\n");
        add("x");
        assertThat(pieces).endsWith("\r");
    }

    @Test
    void aReturnMayBeHalfOfALineEnd() {
        add("a\r");
        assertThat(pieces).isEmpty();
        add("\n");
        assertThat(pieces).containsExactly("a\r\n");
    }

    @Test
    void aPausePassesOnWhatHasCome() {
        add("ab");
        assertThat(splitter.mayPause()).isTrue();
        splitter.pause(this::piece);
        assertThat(splitter.mayPause()).isFalse();
        splitter.pause(this::piece);
        add("\r");
        splitter.pause(this::piece);
        add("\n");
        assertThat(pieces).containsExactly("ab", "\r", "\n");
        assertThat(splitter.mayPause()).isFalse();
    }

    @Test
    void aPauseWaitsForTheRestOfACharacter() {
        add(0xe2, 0x82);
        splitter.pause(this::piece);
        assertThat(pieces).isEmpty();
        assertThat(splitter.pending()).isEqualTo(2);
        add(0xac);
        splitter.pause(this::piece);
        add('a', 0xc3);
        splitter.pause(this::piece);
        splitter.end(this::piece);
        assertThat(pieces).containsExactly("\u20ac", "a", "\ufffd");
    }

    @Test
    void aPauseDoesNotWaitBehindBytesThatBeginNoCharacter() {
        add('a', 0xff);
        splitter.pause(this::piece);
        add(0xf5, 0x80);
        splitter.pause(this::piece);
        assertThat(pieces).containsExactly("a\ufffd", "\ufffd\ufffd");
    }

    @Test
    void aLongLineComesInPieces() {
        add("12345678");
        assertThat(pieces).isEmpty();
        add("9");
        assertThat(pieces).containsExactly("12345678");
        add("abcdefghijklmnop\n");
        assertThat(pieces).containsExactly("12345678", "9abcdefg", "hijklmno", "p\n");
    }

    @Test
    void aLongLineIsCutBetweenCharactersAndBeforeItsEnd() {
        add("1234567\u00e4" + "1234567\r\n");
        assertThat(pieces).containsExactly("1234567", "\u00e4123456", "7\r\n");
        add("1234567\r\n");
        assertThat(pieces).endsWith("1234567", "\r\n");
    }

    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        splitter.add(bytes, bytes.length, this::piece);
    }

    private void add(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        splitter.add(bytes, bytes.length, this::piece);
    }

    private void piece(byte[] bytes, int offset, int length, int raw) {
        assertThat(raw).isEqualTo(length);
        pieces.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
    }
}
