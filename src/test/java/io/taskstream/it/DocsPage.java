package io.taskstream.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The commands that a page of the documentation has for a shell, and what it says that they print.
 *
 * @param file its path in the project
 */
public record DocsPage(String file, String text) {

    private static final Pattern CONSOLE = Pattern.compile("(?ms)^ *```console\n(?<block>.*?)^ *```$");
    private static final Pattern ANY_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern COMMAND_IN_TEXT =
            Pattern.compile("`((?:(?:curl|mvn|docker|podman|buildah) |bin/|\\.ci/|src/\\S+\\.sh)[^`]*)`");
    private static final Pattern PLAIN_COMMAND =
            Pattern.compile("(?m)^ *(?:(?:curl|mvn|docker|podman|buildah|java|node) |bin/|\\.ci/).*");
    /** Blocks in a list are indented by as much. */
    private static final int IN_LIST = -2;

    private static final String PROMPT = "$ ";
    private static final String ANYTHING = "…";

    /** The commands of one block, which belong together. */
    record Block(List<Step> steps) {}

    /**
     * A command.
     *
     * @param shown the lines that the page shows of what it prints
     */
    record Step(String command, List<String> shown) {

        /** Whether it calls a running server. */
        boolean isCall() {
            return command.contains("localhost:8080");
        }

        /** Which of the shown lines is missing, in their order, in what was printed; empty if none is. */
        List<String> missingIn(List<String> printed) {
            List<String> missing = new ArrayList<>(shown);
            for (String line : printed) {
                if (!missing.isEmpty()
                        && pattern(missing.get(0)).matcher(shape(line)).matches()) {
                    missing.remove(0);
                }
            }
            return missing;
        }

        private static Pattern pattern(String line) {
            return Pattern.compile(Arrays.stream(shape(line).split(ANYTHING, -1))
                    .map(Pattern::quote)
                    .collect(Collectors.joining(".*")));
        }

        /** A line without what differs from run to run: ids, numbers, times, and colours that are set only to be unset. */
        private static String shape(String line) {
            return line.replace("\\u001b[0m", "")
                    .replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "<time>")
                    .replaceAll("[0-9a-f]{8}-\\d+", "<id>")
                    .replaceAll("(retry: |\"count\":)\\d+", "$1<number>");
        }
    }

    /** Reads a page. */
    public static DocsPage of(String file) {
        try {
            return new DocsPage(file, Files.readString(Path.of(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The README and then all pages of {@code src/docs}, by their names. */
    static List<DocsPage> all() {
        try (Stream<Path> files = Files.list(Path.of("src", "docs"))) {
            Stream<Path> pages =
                    files.filter(each -> each.toString().endsWith(".md")).sorted();
            return Stream.concat(Stream.of(Path.of("README.md")), pages)
                    .map(each -> of(each.toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All blocks, in their order. */
    List<Block> blocks() {
        return CONSOLE.matcher(text)
                .results()
                .map(match -> new Block(steps(match.group(1).indent(IN_LIST))))
                .toList();
    }

    private static List<Step> steps(String block) {
        List<Step> steps = new ArrayList<>();
        for (String line : block.lines().toList()) {
            if (line.startsWith(PROMPT)) {
                steps.add(new Step(line.substring(PROMPT.length()), new ArrayList<>()));
            } else if (!line.isBlank() && !line.equals(PROMPT.strip()) && !line.equals(ANYTHING)) {
                steps.get(steps.size() - 1).shown.add(line);
            }
        }
        return steps;
    }

    /** The commands within sentences. */
    List<String> commandsInText() {
        return COMMAND_IN_TEXT
                .matcher(ANY_BLOCK.matcher(text).replaceAll(""))
                .results()
                .map(match -> match.group(1).replaceAll("\\s+", " "))
                .toList();
    }

    /** The commands in blocks without a language, which {@link #blocks} does not see. */
    List<String> commandsInPlainBlocks() {
        return ANY_BLOCK
                .matcher(text)
                .results()
                .map(block -> block.group().strip())
                .filter(block -> block.startsWith("```\n"))
                .flatMap(block -> PLAIN_COMMAND.matcher(block).results())
                .map(command -> command.group().strip())
                .toList();
    }

    /** The script that begins with this; it stands in a block of {@code sh}, or one without a language. */
    public String script(String beginning) {
        Matcher block = Pattern.compile("(?ms)^( *)```(?:sh)?\n( *" + beginning + "\\b.*?)^ *```$")
                .matcher(text);
        if (!block.find()) {
            throw new AssertionError("There is no script that begins with " + beginning);
        }
        return block.group(2).indent(-block.group(1).length());
    }

    /** The first block of JSON. */
    String json() {
        Matcher block = Pattern.compile("(?ms)^ *```json\n(.*?)^ *```$").matcher(text);
        if (!block.find()) {
            throw new AssertionError("There is no JSON in " + file);
        }
        return block.group(1);
    }
}
