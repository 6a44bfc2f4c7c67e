package io.taskstream.it.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A WildFly that shares only its modules with other instances. */
final class WildFly extends Server {

    /** The name and the password of a user of the management API. */
    private static final String MANAGER = "test";

    private final Path home;
    private final int httpPort = Ports.free();
    private final int managementPort = Ports.free();

    WildFly(ServerOptions options, String directory) {
        this(options, unpacked(directory).toAbsolutePath());
        addManager();
    }

    private WildFly(ServerOptions options, Path original) {
        super(options);
        this.home = options.directory().toAbsolutePath();
        install(original);
    }

    @Override
    Server copy(ServerOptions options) {
        return new WildFly(options, home);
    }

    @Override
    public void openForScripts() {
        // The scripts need a stopped server.
    }

    @Override
    Path file(String script) {
        return config("wildfly/" + script + ".cli");
    }

    @Override
    public void run(Path script) {
        cli("--file=" + script);
    }

    @Override
    public List<String> configuration() {
        try {
            return Files.readAllLines(home.resolve("standalone/configuration/standalone.xml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void install(Path original) {
        FileTrees.delete(home);
        try (Stream<Path> parts = Files.list(original)) {
            Files.createDirectories(home);
            for (Path part : parts.toList()) {
                Path own = home.resolve(part.getFileName().toString());
                if (part.endsWith("modules")) {
                    Files.createSymbolicLink(own, part);
                } else {
                    FileTrees.copy(part, own);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start() {
        List<String> words = new ArrayList<>(List.of(
                home.resolve("bin/standalone.sh").toString(),
                "-b",
                "127.0.0.1",
                "-bmanagement",
                "127.0.0.1",
                "-Djboss.http.port=" + httpPort,
                "-Djboss.https.port=" + Ports.free(),
                "-Djboss.management.http.port=" + managementPort,
                "-Djboss.management.https.port=" + Ports.free()));
        options().properties().forEach((key, value) -> words.add("-D" + key + "=" + value));
        tryDelete(pidFile());
        Process launcher = javaCommand(words)
                .with(
                        "JAVA_OPTS",
                        "-Xms64m -Xmx" + options().heap() + " -Djava.net.preferIPv4Stack=true "
                                + String.join(" ", jvmOptions()))
                .with("LAUNCH_JBOSS_IN_BACKGROUND", "1")
                .with("JBOSS_PIDFILE", pidFile().toString())
                .start(home.resolve("console.log"));
        Await.until("WildFly has started", PATIENCE, () -> {
            if (!launcher.isAlive()) {
                throw new IllegalStateException("WildFly ended; see " + log());
            }
            return isStarted();
        });
    }

    private boolean isStarted() {
        try {
            String console = Files.readString(home.resolve("console.log"));
            return console.contains("WFLYSRV0025") || console.contains("WFLYSRV0026");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void stop() {
        Optional<ProcessHandle> process = process();
        manage("{\"operation\":\"shutdown\",\"suspend-timeout\":30}");
        process.ifPresent(running -> Await.until("WildFly has stopped", PATIENCE, () -> !running.isAlive()));
    }

    @Override
    public void deploy(Path war) {
        String name = war.getFileName().toString();
        boolean isThere = manage("{\"operation\":\"read-children-names\",\"child-type\":\"deployment\"}")
                .contains('"' + name + '"');
        String target = isThere
                ? "\"operation\":\"full-replace-deployment\",\"name\":\"" + name + "\""
                : "\"operation\":\"add\"," + address(name);
        manage("{" + target + ",\"enabled\":true,\"content\":[{\"url\":\"" + war.toUri() + "\"}]}");
    }

    @Override
    public void deployCopy(Path war, String name, String root, Map<String, String> settings) {
        Path descriptor = home.resolve(name + ".xml");
        Path properties = home.resolve(name + ".properties");
        Path script = home.resolve(name + ".cli");
        var text = new StringBuilder("config_ordinal=500\n");
        settings.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        try {
            Files.writeString(
                    descriptor,
                    "<jboss-web xmlns=\"http://www.jboss.com/xml/ns/javaee\"><context-root>" + root
                            + "</context-root></jboss-web>\n");
            Files.writeString(properties, text);
            Files.writeString(
                    script,
                    "deployment-overlay add --name=" + name + " --deployments=" + name
                            + ".war --content=/WEB-INF/jboss-web.xml=" + descriptor
                            + ",/WEB-INF/classes/META-INF/microprofile-config.properties=" + properties + "\ndeploy "
                            + war.toAbsolutePath() + " --name=" + name + ".war\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cli("--connect", "--controller=127.0.0.1:" + managementPort, "--file=" + script);
    }

    @Override
    public void undeploy(String name) {
        String address = address(name + ".war");
        manage("{\"operation\":\"composite\",\"steps\":[{\"operation\":\"undeploy\"," + address
                + "},{\"operation\":\"remove\"," + address + "}]}");
    }

    private static String address(String deployment) {
        return "\"address\":[{\"deployment\":\"" + deployment + "\"}]";
    }

    /**
     * Runs an operation of the management API, as {@code jboss-cli} does, which takes longer to start than most of them.
     *
     * @return the answer
     * @throws IllegalStateException if it fails
     */
    private String manage(String operation) {
        try {
            var connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + managementPort + "/management")
                    .toURL()
                    .openConnection();
            connection.setAuthenticator(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(MANAGER, MANAGER.toCharArray());
                }
            });
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            connection.getOutputStream().write(operation.getBytes(StandardCharsets.UTF_8));
            boolean isDone = connection.getResponseCode() == 200;
            try (InputStream body = isDone ? connection.getInputStream() : connection.getErrorStream()) {
                String answer = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                if (!isDone) {
                    throw new IllegalStateException(operation + ": " + answer);
                }
                return answer;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For {@link #manage}: unlike {@code jboss-cli}, HTTP is not trusted because it comes from this machine. Copies have it, too. */
    private void addManager() {
        try {
            String text = MANAGER + ":ManagementRealm:" + MANAGER;
            byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            Files.writeString(
                    home.resolve("standalone/configuration/mgmt-users.properties"),
                    "\n" + MANAGER + "=" + HexFormat.of().formatHex(digest) + "\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void cli(String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(home.resolve("bin/jboss-cli.sh").toString());
        words.addAll(List.of(arguments));
        javaCommand(words).with("JAVA_OPTS", Command.SHORT_LIVED).run();
    }

    private Command javaCommand(List<String> words) {
        return new Command(List.copyOf(words), Map.of())
                .with("JAVA_HOME", options().javaHome().toString())
                .with("JBOSS_HOME", home.toString())
                .with("NOPAUSE", "true");
    }

    private Path pidFile() {
        return home.resolve("server.pid");
    }

    private static void tryDelete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI url() {
        return at(httpPort);
    }

    @Override
    public Path log() {
        return home.resolve("standalone/log/server.log");
    }

    @Override
    public Optional<ProcessHandle> process() {
        return processIn(pidFile());
    }
}
