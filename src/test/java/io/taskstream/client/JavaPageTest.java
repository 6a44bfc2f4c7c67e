package io.taskstream.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every listing of {@code src/docs/java.md} is part of the sample application, which is tested on the servers. */
class JavaPageTest {

    private static final Path PAGE = Path.of("src/docs/java.md");
    private static final Path SAMPLE = Path.of("src/it/sample");

    /** A listing, and the comment before it, which names the file and the part of it. */
    private static final Pattern LISTING =
            Pattern.compile("(?ms)(?:^<!-- (?<file>\\S+) (?<part>\\S+) -->\n)?^```(?:java|xml)\n(?<text>.*?)^```$");

    @Test
    void everyListingIsPartOfTheSample() throws IOException {
        List<MatchResult> listings =
                LISTING.matcher(Files.readString(PAGE)).results().toList();
        assertThat(listings).hasSizeGreaterThan(5);
        for (MatchResult listing : listings) {
            assertThat(listing.group(1)).as(listing.group(3)).isNotNull();
            assertThat(listing.group(3)).isEqualTo(part(SAMPLE.resolve(listing.group(1)), listing.group(2)));
        }
    }

    private static String part(Path file, String name) throws IOException {
        Matcher part = Pattern.compile(
                        "(?ms)^ *(?://|<!--) begin: " + name + "\\b[^\n]*\n(.*?)^ *(?://|<!--) end: " + name + "\\b")
                .matcher(Files.readString(file));
        assertThat(part.find()).as(name + " in " + file).isTrue();
        return part.group(1).stripTrailing().stripIndent() + "\n";
    }
}
