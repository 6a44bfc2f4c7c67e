package io.taskstream.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An entry of a server's log.
 *
 * @param text all its lines, as they are
 */
public record LogEntry(String text) {

    /** A date begins an entry of WildFly's, and one in brackets an entry of Payara's; other lines continue the last. */
    private static final Pattern BEGIN = Pattern.compile("\\[?\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:.*");

    /** Payara's entries have levels of both kinds, for Weld logs by JBoss Logging. */
    private static final Pattern WARNING_OR_WORSE = Pattern.compile("\\d{4}\\S+ \\S+ (WARN|ERROR|FATAL) .*"
            + "|\\[\\d{4}\\S+ (\\[[^]]*] )?\\[(WARN|WARNING|ERROR|FATAL|SEVERE|ALERT|EMERGENCY)] .*");

    /** All that is in the log, and in older parts of it beside it. */
    public static List<LogEntry> readAll(Path log) {
        List<LogEntry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(log.getParent())) {
            String name = log.getFileName().toString();
            files.filter(file -> file.getFileName().toString().startsWith(name))
                    .sorted()
                    .forEach(file -> read(file, entries));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    private static void read(Path file, List<LogEntry> entries) {
        var entry = new StringBuilder();
        for (String line : text(file).split("\n", -1)) {
            if (BEGIN.matcher(line).matches() && !entry.isEmpty()) {
                entries.add(new LogEntry(entry.toString()));
                entry.setLength(0);
            }
            entry.append(line).append('\n');
        }
        entries.add(new LogEntry(entry.toString()));
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether its level is WARN, or WARNING, or more. */
    public boolean isWarningOrWorse() {
        return WARNING_OR_WORSE.matcher(text.lines().findFirst().orElse("")).matches();
    }
}
