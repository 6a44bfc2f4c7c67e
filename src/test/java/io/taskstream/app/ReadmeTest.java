package io.taskstream.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README and the operators' pages match the code and the scripts. */
class ReadmeTest {

    /** A key and its default; a dash means none. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| (?:`([^`]+)`|—) \\|");

    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)[^)]*\\)");

    private static final Pattern WILDFLY_SET = Pattern.compile("write-attribute\\(name=([^,]+),value=([^)]+)\\)");
    private static final Pattern WILDFLY_PROPERTY = Pattern.compile("/system-property=([^:]+):add\\(value=([^)]+)\\)");
    /** An attribute that standalone.xml sets is written; any other becomes undefined. */
    private static final Pattern WILDFLY_UNSET =
            Pattern.compile("(\\S+):(?:undefine|write)-attribute\\(name=([^,)]+)[,)]");

    private static final Pattern WILDFLY_TARGET = Pattern.compile("(\\S+):write-attribute\\(name=([^,]+),");
    private static final Pattern WILDFLY_ADDED =
            Pattern.compile("(?m)^\\S*/(?:expression-filter|setting)=([^:]+):(add|remove)\\b");
    private static final Pattern PAYARA_COMMAND = Pattern.compile("(?m)^(set-\\S+-configuration) (\\S.*)$");
    private static final Pattern PAYARA_SET = Pattern.compile("(?m)^set \\S*\\.([^.=]+)=(\\S+)$");
    private static final Pattern PAYARA_NAME = Pattern.compile("(?m)^(set) (\\S+)=");
    private static final Pattern PAYARA_PROPERTY =
            Pattern.compile("(?m)^create-system-properties --target server-config ([^=]+)=(\\S+)$");

    @Test
    void theSettingsTableHasEveryKeyWithItsDefaultAndNoOther() throws IOException {
        assertThat(pairs(ROW, page("src/docs/settings.md"))).isEqualTo(defaults());
    }

    @Test
    void theReadmesSettingsAreSomeOfThem() throws IOException {
        assertThat(defaults())
                .containsAllEntriesOf(pairs(ROW, section("README.md", "## Settings")))
                .isNotEmpty();
    }

    @Test
    void theTopLevelHasNoLeftovers() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(""))) {
            assertThat(entries.map(Path::toString).filter(name -> !name.startsWith(".") && !name.equals("target")))
                    .containsExactlyInAnyOrder("pom.xml", "src", "server-config", "README.md", "Containerfile");
        }
    }

    @Test
    void theReadmeIsShortAndLinksEveryPage() throws IOException {
        String readme = page("README.md");
        assertThat(readme.lines()).hasSizeLessThanOrEqualTo(220);
        assertThat(links("README.md")).containsAll(pages());
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<Path> all = new ArrayList<>(decisions());
        all.addAll(pages());
        all.add(Path.of("README.md"));
        for (Path page : all) {
            assertThat(links(page.toString())).as(page.toString()).allMatch(Files::exists);
        }
    }

    @Test
    void decisionsAreNumberedWithoutHoles() throws IOException {
        int number = 0;
        for (Path decision : decisions()) {
            number++;
            assertThat(decision.toString()).contains("decisions/%04d-".formatted(number));
            assertThat(page(decision.toString())).startsWith("# " + number + ". ");
        }
    }

    @Test
    void theWildFlyTableHasEverySettingOfTheScriptAndNoOther() throws IOException {
        String script = script("wildfly/configure.cli");
        Map<String, String> set = pairs(WILDFLY_SET, script);
        set.putAll(pairs(WILDFLY_PROPERTY, script));
        set.putAll(pairs(WILDFLY_ADDED, script));
        assertThat(pairs(ROW, section("src/docs/servers.md", "## WildFly")))
                .isEqualTo(set)
                .isNotEmpty();
    }

    @Test
    void thePayaraTableHasEverySettingOfTheScriptAndNoOther() throws IOException {
        String script = script("payara/configure.asadmin");
        Map<String, String> set = pairs(PAYARA_SET, script);
        set.putAll(pairs(PAYARA_PROPERTY, script));
        set.putAll(pairs(PAYARA_COMMAND, script));
        assertThat(pairs(ROW, section("src/docs/servers.md", "## Payara")))
                .isEqualTo(set)
                .isNotEmpty();
    }

    @Test
    void restoreTakesBackExactlyWhatConfigureSets() throws IOException {
        assertThat(matches(WILDFLY_UNSET, script("wildfly/restore.cli")))
                .isEqualTo(matches(WILDFLY_TARGET, script("wildfly/configure.cli")));
        assertThat(matches(PAYARA_NAME, script("payara/restore.asadmin")))
                .isEqualTo(matches(PAYARA_NAME, script("payara/configure.asadmin")));
    }

    /** The text from the heading to the next one of the same or a higher level. */
    private static String section(String page, String heading) throws IOException {
        String text = page(page);
        int start = text.indexOf("\n" + heading + "\n");
        assertThat(start).as("the heading '%s'", heading).isNotNegative();
        String level = heading.substring(0, heading.indexOf(' '));
        Matcher next = Pattern.compile("(?m)^#{2," + level.length() + "} ").matcher(text);
        return text.substring(start, next.find(start + heading.length() + 1) ? next.start() : text.length());
    }

    private static String page(String name) throws IOException {
        return Files.readString(Path.of(name));
    }

    private static List<Path> pages() throws IOException {
        return pages(Path.of("src", "docs"));
    }

    private static List<Path> decisions() throws IOException {
        return pages(Path.of("src", "docs", "decisions"));
    }

    private static List<Path> pages(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(each -> each.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** The files that a page links to, without anchors and other sites. */
    private static List<Path> links(String page) throws IOException {
        return LINK.matcher(page(page))
                .results()
                .map(match -> Path.of(page).resolveSibling(match.group(1)).normalize())
                .toList();
    }

    private static Map<String, String> defaults() {
        var reader = new SettingReader(key -> null);
        Settings.read(reader);
        return reader.defaults();
    }

    private static String script(String name) throws IOException {
        return Files.readString(Path.of("server-config", name));
    }

    private static Map<String, String> pairs(Pattern pattern, String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        pattern.matcher(text)
                .results()
                .forEach(match -> pairs.put(match.group(1), Objects.requireNonNullElse(match.group(2), "")));
        return pairs;
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(1) + " " + match.group(2))
                .toList();
    }
}
