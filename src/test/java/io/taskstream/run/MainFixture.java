package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs the runner as a program of its own, against a {@link FakeServer}. */
abstract class MainFixture {

    @TempDir
    Path temporary;

    final List<Process> started = new ArrayList<>();
    FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
        server.close();
    }

    /** A started runner, and what it prints. */
    record Run(Process process, Output out, Output err) {

        int code() throws InterruptedException {
            return process.waitFor();
        }

        String printed() {
            return out.all();
        }

        String said() {
            return err.all();
        }
    }

    static final class Output {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<Void> end;

        Output(InputStream in) {
            // The common pool may have one thread, which one output would keep from all others.
            end = CompletableFuture.runAsync(
                    () -> {
                        try {
                            in.transferTo(bytes);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    work -> new Thread(work, "output").start());
        }

        String soFar() {
            return bytes.toString(UTF_8);
        }

        String all() {
            end.join();
            return soFar();
        }
    }

    Run run(String... arguments) throws IOException {
        return run(List.of(), Map.of(), arguments);
    }

    Run run(List<String> shell, Map<String, String> environment, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(shell);
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                Path.of(Main.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString(),
                Main.class.getName()));
        line.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(line);
        builder.environment().put("TASKSTREAM_TOKEN", "secret");
        builder.environment().put("KEPT", "kept");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Run(process, new Output(process.getInputStream()), new Output(process.getErrorStream()));
    }

    Run command(String script, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(Arrays.asList(options));
        arguments.addAll(List.of(server.url() + "/tasks/build", "--", "/bin/sh", "-c", script));
        return run(arguments.toArray(new String[0]));
    }

    String published() {
        return new String(server.text(), UTF_8);
    }

    static void await(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
