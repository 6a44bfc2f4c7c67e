package io.taskstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code src/docs/architecture.md} names only classes and methods that exist, of the program or of its tests. */
class ArchitecturePageTest {

    private static final Path PAGE = Path.of("src/docs/architecture.md");

    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");

    /** A reference in the text: {@code `Type`} or {@code `Type.member`}. */
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*)(?:\\.([a-z]\\w*))?`");

    /** A reference in a diagram: a name of at least two words. */
    private static final Pattern DRAWN = Pattern.compile("\\b([A-Z][a-z]+(?:[A-Z][a-z]+)+)(?:\\.([a-z]\\w*))?\\b");

    private static final List<String> STANDARD = List.of("java.util.concurrent.", "java.time.", "jakarta.servlet.");

    private static final Pattern DECLARED = Pattern.compile("\\b(?:class|record|interface|enum) (\\w+)");

    /** The types that the sources declare, each with the text of all files that declare it. */
    private final Map<String, String> declared = new HashMap<>();

    ArchitecturePageTest() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String text = Files.readString(file);
                DECLARED.matcher(text).results().forEach(match -> declared.merge(match.group(1), text, String::concat));
            }
        }
    }

    @Test
    void everythingNamedExists() throws IOException {
        String page = Files.readString(PAGE);
        Set<String> missing = missing(NAMED.matcher(CODE_BLOCK.matcher(page).replaceAll("")));
        CODE_BLOCK.matcher(page).results().forEach(block -> missing.addAll(missing(DRAWN.matcher(block.group()))));
        assertThat(missing).as("named on the page, but in no source").isEmpty();
    }

    private Set<String> missing(Matcher names) {
        return names.results()
                .filter(name -> !exists(name.group(1), name.group(2)))
                .map(MatchResult::group)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private boolean exists(String type, @Nullable String member) {
        String text = declared.get(type);
        return text == null
                ? isStandard(type)
                : member == null
                        || Pattern.compile("\\b" + member + "\\b").matcher(text).find();
    }

    private static boolean isStandard(String type) {
        return STANDARD.stream().anyMatch(name -> {
            try {
                Class.forName(name + type, false, ArchitecturePageTest.class.getClassLoader());
                return true;
            } catch (ClassNotFoundException e) {
                return false;
            }
        });
    }
}
