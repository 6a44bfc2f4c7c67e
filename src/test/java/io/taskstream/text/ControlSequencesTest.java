package io.taskstream.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.Choices;
import io.taskstream.testing.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlSequencesTest {

    private static final String[] SEQUENCES = {
        "\u001b[31m",
        "\u001b[0m",
        "\u001b[38:2::255:100:0m",
        "\u001b[?25l",
        "\u001b[2K",
        "\u001b[1 q",
        "\u001b7",
        "\u001bc",
        "\u001b(B",
        "\u001b]0;title\u0007",
        "\u001b]8;;https://e.org\u001b\\",
        "\u001b]8;;\u009c",
        "\u001bP1$r0m\u001b\\",
        "\u001b_apc\u001b\\",
        "\u001b^pm\u001b\\",
        "\u001bXsos\u001b\\",
        "\u001bktitle\u001b\\",
    };

    /** In the table {@code ^} is ESC, {@code %} is BEL, and {@code ~} is a line feed. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "plain|plain",
                "a^[31mb^[0mc|abc",
                "^]8;;https://e.org^\\^[34mlink^[0m^]8;;^\\ BUILD FAILED~|link BUILD FAILED~",
                "^]0;title%text|text",
                "50^[2K^[1Gdone|50done",
                "a^7b^8c|abc",
                "^(Bx|x",
                // What stops being a sequence ends there.
                "^[31~text|~text",
                "^[1;2\u00e4text|\u00e4text",
                "^~text|~text",
                "^^[1mtext|text",
                "^[3^[1mtext|text",
                "^[1 2text|2text",
                // A string without an end swallows no text.
                "^]8;;https://e.org~BUILD FAILED|]8;;https://e.org~BUILD FAILED",
                "^]0;title^[1mtext|]0;titletext",
                "^]0;title|]0;title",
                "^]0;title^|]0;title",
                "text^[31|text",
                "text^|text",
            })
    void onlyTheSequencesAreRemoved(String sent, String text) {
        assertThat(stripped(real(sent))).isEqualTo(real(text));
    }

    private static String real(String shown) {
        return shown.replace('^', '\u001b').replace('%', '\u0007').replace('~', '\n');
    }

    @Property
    void whereTheTextIsCutMakesNoDifference(Choices from) {
        String text = text(from);
        var sequences = new ControlSequences();
        var out = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + from.between(0, 5));
            sequences.strip(text.substring(at, end), out);
            at = end;
        }
        sequences.end(out);
        assertThat(out).hasToString(stripped(text));
    }

    @Property
    void whatIsBetweenSequencesStays(Choices from) {
        var sent = new StringBuilder();
        var plain = new StringBuilder();
        for (int parts = from.between(0, 6); parts > 0; parts--) {
            String between = from.text(20).replace('\u001b', 'x');
            sent.append(between).append(from.oneOf(SEQUENCES));
            plain.append(between);
        }
        assertThat(stripped(sent.toString())).isEqualTo(plain.toString());
    }

    private static String text(Choices from) {
        var text = new StringBuilder();
        for (int parts = from.between(0, 8); parts > 0; parts--) {
            String sequence = from.oneOf(SEQUENCES);
            text.append(sequence, 0, from.between(0, sequence.length()))
                    .append(from.textOf("\u001b[]8;m\\\u0007\n 1a", 4));
        }
        return text.toString();
    }

    /** A string without an end does not fill the heap. */
    @Test
    void aStringThatIsTooLongIsText() {
        String endless = "]0;" + "x".repeat(3 << 20);
        assertThat(stripped("\u001b" + endless)).isEqualTo(endless);
    }

    static String stripped(String text) {
        var sequences = new ControlSequences();
        var out = new StringBuilder();
        sequences.strip(text, out);
        sequences.end(out);
        return out.toString();
    }
}
