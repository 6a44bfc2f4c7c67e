package io.taskstream.bench.target;

import io.taskstream.bench.target.Target.Memory;
import io.taskstream.it.server.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks into other processes. */
final class Processes {

    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s.*");
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+).*");

    private Processes() {}

    /** What the process and those it has started have used, in user and in system mode. */
    static Duration cpuTime(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** The live heap of a JVM, after a collection. */
    static Memory heap(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Command.of(jcmd, Long.toString(pid), "GC.run").run();
        String histogram =
                Command.of(jcmd, Long.toString(pid), "GC.class_histogram").run();
        long own = histogram
                .lines()
                .filter(line -> line.contains(" io.taskstream."))
                .mapToLong(line -> bytes(LINE, line))
                .sum();
        String total = histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow();
        return new Memory(bytes(TOTAL, total), own);
    }

    private static long bytes(Pattern form, String line) {
        Matcher matcher = form.matcher(line);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** The proportional resident memory of the process and those it has started. */
    static Memory resident(ProcessHandle process) {
        return new Memory(
                Stream.concat(Stream.of(process), process.descendants())
                        .mapToLong(each -> resident(each.pid()))
                        .sum(),
                0);
    }

    private static long resident(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
