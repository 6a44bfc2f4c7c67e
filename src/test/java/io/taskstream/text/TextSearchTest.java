package io.taskstream.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskstream.eventlog.EventId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.Property;
import io.taskstream.text.TextReader.Delta;
import io.taskstream.text.TextSearch.Hit;
import io.taskstream.text.TextSearch.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextSearchTest {

    private static final EventId FIRST = new EventId("e", 1);
    private static final int ALL = Integer.MAX_VALUE;

    @Test
    void aHitTellsItsEventLineAndColumn() {
        List<Hit> hits = searchOnce(
                Finder.ofText("error", false), "first\r\n", "one \u001b[31mErr", "or\u001b[0m, two errors\n", "no\n");

        assertThat(hits)
                .containsExactly(
                        new Hit(FIRST.at(2), 2, 4, 5, "one Error, two errors", 0),
                        new Hit(FIRST.at(3), 2, 15, 5, "one Error, two errors", 0));
    }

    @Test
    void theExcerptOfALongLineIsBoundedAndCutsNoCharacter() {
        String emoji = "\ud83d\ude00";
        Hit hit = searchOnce(Finder.ofText("here", true), emoji.repeat(500) + "here" + emoji.repeat(500))
                .get(0);

        assertThat(hit.column()).isEqualTo(1_000);
        assertThat(hit.excerpt())
                .hasSizeLessThanOrEqualTo(240)
                .contains("here")
                .startsWith(emoji)
                .endsWith(emoji);
        assertThat(hit.excerpt().indexOf("here")).isEqualTo(hit.column() - hit.excerptColumn());
    }

    @Test
    void matchesInALineWithoutEndAreFoundOnceEach() {
        var text = new StringBuilder();
        List<Long> columns = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            text.append("x".repeat(i * 997 % 31_000));
            columns.add((long) text.length());
            text.append("needle");
        }
        assertThat(text.length()).isGreaterThan(4 * TextSearch.MOST_IN_LINE);

        assertThat(searchOnce(Finder.ofText("needle", false), text.toString()))
                .extracting(Hit::column)
                .isEqualTo(columns);
        assertThat(searchOnce(Finder.ofExpression("ne+dle", true), text.toString()))
                .extracting(Hit::column)
                .isEqualTo(columns);
    }

    /** Short texts of few characters, so that matches are frequent. */
    @Property
    void searchingInStepsFindsWhatOneSearchOfTheWholeTextFinds(Choices from) {
        String text = from.textOf("ab\n\r\u001b[m", 60);
        List<Delta> deltas = cut(text, from);
        String expression = from.oneOf("a", "ab", "a+", "b*", "^a", "a$", "a|b$", "[^a]b", "(?:a.*b)|a", "\\ba");
        boolean isText = expression.matches("[ab]+");

        List<Hit> inSteps = new ArrayList<>();
        @Nullable String next = Position.before(FIRST).toString();
        int steps = 0;
        while (next != null) {
            assertThat(steps++).as("steps").isLessThan(1_000);
            Finder finder = isText ? Finder.ofText(expression, true) : Finder.ofExpression(expression, true);
            next = step(finder, Position.parse(next).orElseThrow(), deltas, inSteps, from);
        }
        assertThat(inSteps)
                .as(deltas + " " + expression)
                .extracting(TextSearchTest::place)
                .isEqualTo(places(text, expression));
    }

    /** Searches some of the deltas; returns where to go on. */
    private static @Nullable String step(
            Finder finder, Position start, List<Delta> deltas, List<Hit> found, Choices from) {
        boolean isShort = from.between(0, 1) == 0;
        var search = new TextSearch(finder, start, from.between(1, 4), () -> isShort && from.between(0, 2) == 0);
        long next = start.event().sequence();
        boolean goesOn = true;
        // Like a request that reads some events at once.
        while (goesOn && next <= deltas.size()) {
            int end = (int) Math.min(deltas.size(), next - 1 + from.between(1, 4));
            goesOn = search.search(deltas.subList((int) next - 1, end))
                    && (!isShort || from.between(0, 2) > 0 || !search.hasMoved(end + 1L));
            next = end + 1L;
        }
        boolean isAtEnd = !search.isStopped() && next > deltas.size();
        if (isAtEnd) {
            search.end();
        }
        String position =
                isAtEnd && !search.isStopped() ? null : search.position(next).toString();
        found.addAll(search.hits());
        return position;
    }

    private static List<Delta> cut(String text, Choices from) {
        List<Delta> deltas = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + from.between(1, 7));
            deltas.add(new Delta(deltas.size() + 1, text.substring(at, end)));
            at = end;
        }
        return deltas;
    }

    private static String place(Hit hit) {
        return hit.line() + ":" + hit.column() + "+" + hit.length();
    }

    private static List<String> places(String text, String expression) {
        List<String> places = new ArrayList<>();
        String[] lines = ControlSequencesTest.stripped(text).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            boolean hasEnd = i < lines.length - 1;
            String line = hasEnd && lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
            Matcher matcher = Pattern.compile(expression.replace("$", "\\z"), Pattern.UNIX_LINES)
                    .matcher(line);
            while (matcher.find()) {
                if (matcher.end() > matcher.start()) {
                    places.add((i + 1) + ":" + matcher.start() + "+" + (matcher.end() - matcher.start()));
                }
            }
        }
        return places;
    }

    /** A line may be longer than one request reads. */
    @Test
    void everyStepGetsFurther() {
        List<Delta> deltas = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            deltas.add(new Delta(i, "ab"));
        }
        Position position = Position.before(FIRST);
        int hits = 0;
        for (int i = 0; i < 100; i++) {
            var search = new TextSearch(Finder.ofText("ab", true), position, 10, () -> false);
            long next = position.event().sequence();
            search.search(deltas.subList((int) next - 1, (int) next));
            position = search.position(next + 1);
            hits += search.hits().size();
        }
        assertThat(hits).isEqualTo(100);
        assertThat(position.event()).isEqualTo(FIRST.at(101));
    }

    @Test
    void linesAreCounted() {
        var search = new TextSearch(Finder.ofText("x", true), Position.before(FIRST), ALL, () -> false);
        search.search(List.of(new Delta(1, "one\ntwo"), new Delta(2, "\nthree")));
        assertThat(search.lines()).isEqualTo(2);
        search.end();
        assertThat(search.lines()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "Stra\u00dfe, STRA\u00dfE, false, 1",
        "\u00c4rger, \u00e4RGER, false, 1",
        "\u00c4rger, \u00e4rger, true, 0",
        "a.c, abc, false, 0",
        "a.c, A.C, false, 1",
    })
    void aTextIsSearchedForAsItIs(String query, String text, boolean matchCase, int hits) {
        assertThat(searchOnce(Finder.ofText(query, matchCase), text)).hasSize(hits);
    }

    @Test
    void anExpressionMayIgnoreCase() {
        assertThat(searchOnce(Finder.ofExpression("e[rR]+or", false), "ERROR")).hasSize(1);
        assertThat(searchOnce(Finder.ofExpression("e[rR]+or", true), "ERROR")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"(", "a**", "(?=a)", "\\1", "((a{100}){100})", "(((a{1000}){1000}){1000}){1000}", "[a", "a{1001}"
            })
    void anExpressionThatWouldTakeTooLongIsRefused(String expression) {
        assertThatIllegalArgumentException().isThrownBy(() -> Finder.ofExpression(expression, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "e", "e-1", "e-1.0.1.0", "e-1.0.1.0.0.0", "e-1.-1.1.0.0", "e-1.00.1.0.0", "x.0.1.0.0"})
    void whatIsNoPositionIsNone(String text) {
        assertThat(Position.parse(text)).isEmpty();
    }

    /** A client may send any number. */
    @ParameterizedTest
    @ValueSource(
            strings = {"e-1.999999999999999999.1.0.0", "e-1.0.1.0.999999999999999999", "e-1.3.1.999999999999999999.0"})
    void anInventedPositionDoesNoHarm(String text) {
        var search =
                new TextSearch(Finder.ofText("b", true), Position.parse(text).orElseThrow(), ALL, () -> false);
        search.search(List.of(new Delta(1, "ab\nab\n"), new Delta(2, "ab")));
        search.end();
        assertThat(search.hits()).hasSizeLessThan(4);
    }

    private static List<Hit> searchOnce(Finder finder, String... deltas) {
        var search = new TextSearch(finder, Position.before(FIRST), ALL, () -> false);
        for (int i = 0; i < deltas.length; i++) {
            search.search(List.of(new Delta(i + 1L, deltas[i])));
        }
        search.end();
        return search.hits();
    }
}
