package io.taskstream.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A program to run, with its environment. */
public record Command(List<String> words, Map<String, String> environment) {

    /** Options for a JVM that runs for seconds: the optimising compiler and parallel collectors only cost it time. */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private static final Duration PATIENCE = Duration.ofMinutes(6);

    public static Command of(String... words) {
        return new Command(List.of(words), Map.of());
    }

    /** The same with one more variable. */
    public Command with(String variable, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(variable, value);
        return new Command(words, more);
    }

    /**
     * Runs it to its end. Returns its output.
     *
     * @throws IllegalStateException if it fails or takes minutes
     */
    public String run() {
        return run(PATIENCE);
    }

    /**
     * Runs it to its end. Returns its output.
     *
     * @throws IllegalStateException if it fails or takes longer than this
     */
    public String run(Duration patience) {
        try {
            Path output = Files.createTempFile("command", ".txt");
            try {
                Process process = start(output);
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(words + " did not end: " + Files.readString(output));
                }
                String printed = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
                if (process.exitValue() != 0) {
                    throw new IllegalStateException(words + " ended with " + process.exitValue() + ": " + printed);
                }
                return printed;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts it with all output going to the file. */
    public Process start(Path output) {
        try {
            ProcessBuilder builder = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
