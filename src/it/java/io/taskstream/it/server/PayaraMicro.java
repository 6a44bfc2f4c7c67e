package io.taskstream.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Payara Micro, which takes its application on the command line: it starts at the deployment. It is one of Jakarta
 * EE 11, needs JDK 21, and has no part of {@code server-config}.
 */
final class PayaraMicro extends Server {

    private static final String LISTENER = "listener.asadmin";

    private final Path directory;
    private final int port = Ports.free();
    private @Nullable Path war;
    private @Nullable Process running;

    PayaraMicro(ServerOptions options) {
        super(options);
        this.directory = options.directory().toAbsolutePath();
        FileTrees.delete(directory);
        try {
            Files.createDirectories(directory);
            // Payara Micro has no option for it.
            Files.writeString(
                    directory.resolve(LISTENER),
                    "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener"
                            + ".address=127.0.0.1\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    Server copy(ServerOptions options) {
        return new PayaraMicro(options);
    }

    @Override
    public void openForScripts() {
        throw new UnsupportedOperationException();
    }

    @Override
    Path file(String script) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void run(Path script) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> configuration() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void start() {
        if (war == null) {
            return;
        }
        List<String> words = new ArrayList<>(List.of(
                options().javaHome().resolve("bin/java").toString(),
                "-Xmx" + options().heap(),
                "-Djava.io.tmpdir=" + directory));
        words.addAll(jvmOptions());
        options().properties().forEach((key, value) -> words.add("-D" + key + "=" + value));
        words.addAll(List.of(
                "-jar",
                unpacked("payara-micro.jar").toAbsolutePath().toString(),
                "--nocluster",
                "--prebootcommandfile",
                directory.resolve(LISTENER).toString(),
                "--port",
                Integer.toString(port),
                "--rootDir",
                directory.resolve("root").toString(),
                "--contextroot",
                options().root() + "/",
                "--deploy",
                war.toString()));
        Process started = new Command(List.copyOf(words), Map.of()).start(log());
        running = started;
        Await.until("Payara Micro answers", PATIENCE, () -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("Payara Micro ended; see " + log());
            }
            return isReady();
        });
    }

    private boolean isReady() {
        try {
            return Files.readString(log(), StandardCharsets.ISO_8859_1).contains("Payara Micro URLs");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void stop() {
        process().ifPresent(process -> {
            process.destroy();
            Await.until("Payara Micro has stopped", PATIENCE, () -> !process.isAlive());
        });
    }

    @Override
    public void deploy(Path archive) {
        stop();
        war = archive.toAbsolutePath();
        start();
    }

    @Override
    public void deployCopy(Path war, String name, String root, Map<String, String> settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void undeploy(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public URI url() {
        return at(port);
    }

    @Override
    public Path log() {
        return directory.resolve("console.log");
    }

    @Override
    public Optional<ProcessHandle> process() {
        return Optional.ofNullable(running).map(Process::toHandle).filter(ProcessHandle::isAlive);
    }
}
