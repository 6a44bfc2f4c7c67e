package io.taskstream.it.wire;

import io.taskstream.it.server.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The runner as a server serves it, or a script in its place, in a process of its own. */
public final class RunnerProcess implements AutoCloseable {

    private final Process process;
    private final Path messages;
    private final Thread reader = new Thread(this::read, "runner-output");
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final TreeMap<Integer, Long> times = new TreeMap<>();

    private RunnerProcess(Path directory, List<String> words, Map<String, String> environment) {
        try {
            messages = Files.createTempFile(directory, "messages", ".txt");
            var builder = new ProcessBuilder(words).redirectError(messages.toFile());
            builder.environment().putAll(environment);
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Fetches the runner and starts it.
     *
     * @param directory for its files
     * @param options all its arguments in front of the command, with the task's URL
     */
    public static RunnerProcess start(URI server, Path directory, List<String> options, List<String> command) {
        List<String> words = program(server, directory);
        words.addAll(options);
        words.add("--");
        words.addAll(command);
        return new RunnerProcess(directory, words, Map.of());
    }

    /** Fetches the runner and starts it as the end of a pipe that begins with a shell's command. */
    public static RunnerProcess startPipe(URI server, Path directory, String command, String task) {
        String line = command + " | " + String.join(" ", program(server, directory)) + " " + task;
        return new RunnerProcess(directory, List.of("/bin/sh", "-c", line), Map.of());
    }

    /** Starts a script that publishes as the runner does. */
    public static RunnerProcess startScript(Path directory, Path script, Map<String, String> environment) {
        return new RunnerProcess(directory, List.of("/bin/sh", script.toString()), environment);
    }

    private static List<String> program(URI server, Path directory) {
        Path jar = directory.resolve("taskstream-run.jar");
        try {
            // A JVM that runs has the file open.
            if (!Files.exists(jar)) {
                URI served = URI.create(server + "/taskstream-run.jar");
                try (InputStream bytes = served.toURL().openStream()) {
                    Files.copy(bytes, jar);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path java = Path.of(System.getProperty("it.java", System.getProperty("java.home")), "bin", "java");
        return new ArrayList<>(
                List.of(java.toString(), "-Xmx64m", "-Djava.io.tmpdir=" + directory, "-jar", jar.toString()));
    }

    private void read() {
        byte[] buffer = new byte[1 << 14];
        try (InputStream output = process.getInputStream()) {
            for (int length = output.read(buffer); length >= 0; length = output.read(buffer)) {
                synchronized (shown) {
                    shown.write(buffer, 0, length);
                    times.put(shown.size(), System.nanoTime());
                }
            }
        } catch (IOException e) {
            // The process was ended by the test.
        }
    }

    /** What it has shown so far of the command's output. */
    public String shown() {
        synchronized (shown) {
            return shown.toString(StandardCharsets.UTF_8);
        }
    }

    /** When it showed that byte of the output, in {@link System#nanoTime()}. */
    public long shownAt(int index) {
        synchronized (shown) {
            return times.higherEntry(index).getValue();
        }
    }

    /** What it has said on standard error. */
    public String messages() {
        try {
            return Files.readString(messages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end, and returns its exit code. */
    public int await(Duration patience) {
        try {
            Await.until("the runner has ended", patience, () -> !process.isAlive());
            reader.join();
            return process.exitValue();
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; it said " + messages(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
