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

/** The commands that the README has for a shell, and what it says that they print. */
final class ReadmeConsole {

    private static final Pattern HEADING_OR_BLOCK =
            Pattern.compile("(?ms)^## (?<heading>[^\n]+)$|^ *```console\n(?<block>.*?)^ *```$");
    private static final Pattern ANY_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern COMMAND_IN_TEXT =
            Pattern.compile("`((?:(?:curl|mvn|docker|podman|buildah) |bin/|\\.ci/|src/\\S+\\.sh)[^`]*)`");
    /** Blocks in a list are indented by as much. */
    private static final int IN_LIST = -2;

    private static final String PROMPT = "$ ";
    private static final String ANYTHING = "…";

    private final String readme = read();

    /** The commands of one block, which belong together. */
    record Block(String section, List<Step> steps) {}

    /**
     * A command.
     *
     * @param shown the lines that the README shows of what it prints
     */
    record Step(String command, List<String> shown) {

        /** Whether it asks a server that runs already. */
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

    private static String read() {
        try {
            return Files.readString(Path.of(System.getProperty("it.readme", "README.md")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All blocks, in their order. */
    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        String section = "";
        Matcher found = HEADING_OR_BLOCK.matcher(readme);
        while (found.find()) {
            if (found.group("block") == null) {
                section = found.group("heading");
            } else {
                blocks.add(new Block(section, steps(found.group("block").indent(IN_LIST))));
            }
        }
        return blocks;
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

    /** The commands that stand within a sentence. */
    List<String> commandsInText() {
        return COMMAND_IN_TEXT
                .matcher(ANY_BLOCK.matcher(readme).replaceAll(""))
                .results()
                .map(match -> match.group(1).replaceAll("\\s+", " "))
                .toList();
    }

    /** The script that begins with this word; it stands in a block without a language. */
    String script(String firstWord) {
        Matcher block = Pattern.compile("(?ms)^ *```\n( *" + firstWord + "\\b.*?)^ *```$")
                .matcher(readme);
        if (!block.find()) {
            throw new AssertionError("There is no script that begins with " + firstWord);
        }
        return block.group(1).indent(IN_LIST);
    }

    /** What is in the first block of JSON after a heading. */
    String json(String section) {
        Matcher block = Pattern.compile("(?ms)^ *```json\n(.*?)^ *```$").matcher(readme);
        if (!block.find(readme.indexOf("\n## " + section + "\n"))) {
            throw new AssertionError("There is no JSON in " + section);
        }
        return block.group(1);
    }
}
