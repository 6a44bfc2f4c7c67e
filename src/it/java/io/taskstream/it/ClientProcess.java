package io.taskstream.it;

import io.taskstream.it.client.TypedWatch;
import io.taskstream.it.server.Await;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** {@link TypedWatch} with one standard client, alone on the class path of a process of its own. */
final class ClientProcess implements AutoCloseable {

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    /**
     * @param without the common part of the paths of the other client's archives
     */
    ClientProcess(String without, URI stream) {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains(without))
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try {
            process = new ProcessBuilder(
                            java, "-Xmx128m", "-cp", classPath, TypedWatch.class.getName(), stream.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var reader = new Thread(this::read, "client-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // The process was ended by the test.
        }
    }

    /** The lines printed so far. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The lines so far with that beginning, without it. */
    List<String> lines(String beginning) {
        return lines.stream()
                .filter(line -> line.startsWith(beginning))
                .map(line -> line.substring(beginning.length()))
                .toList();
    }

    /** Waits for that many lines with that beginning. */
    void await(String beginning, int count) {
        try {
            Await.until(
                    count + " lines begin with '" + beginning + "'",
                    Duration.ofSeconds(30),
                    () -> lines(beginning).size() >= count);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; the client said " + lines, e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
