package io.taskstream.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Payara domain of its own, on the installation that all share. */
final class Payara extends Server {

    private static final String DOMAIN = "taskstream";
    private static final int ADMIN = 48;
    private static final int HTTP = 80;
    private static final Pattern JAVA_CONFIG =
            Pattern.compile("<config name=\"server-config\">.*?<java-config[^>]*>", Pattern.DOTALL);

    private final Path domains;
    private final int base = Ports.freeBase(ADMIN, HTTP, 81, 37, 38, 39, 76, 86, 66, 9);

    Payara(ServerOptions options) {
        super(options);
        this.domains = options.directory().toAbsolutePath();
        FileTrees.delete(domains);
        asadmin(
                "create-domain",
                "--nopassword",
                "--savelogin=false",
                "--domaindir",
                domains.toString(),
                "--portbase",
                Integer.toString(base),
                DOMAIN);
        setJvmOptions();
    }

    @Override
    public void apply(String script) {
        start();
        asadmin(
                "--port",
                Integer.toString(managementPort()),
                "multimode",
                "--file",
                config("payara/" + script + ".asadmin").toString());
        stop();
    }

    @Override
    public List<String> configuration() {
        start();
        String settings =
                asadmin("--port", Integer.toString(managementPort()), "get", "configs.config.server-config.*");
        stop();
        return settings.lines().filter(line -> line.contains("=")).sorted().toList();
    }

    private void setJvmOptions() {
        Path file = domain().resolve("config/domain.xml");
        try {
            String xml = Files.readString(file)
                    .replace("-Xmx512m", "-Xmx" + options().heap());
            Matcher javaConfig = JAVA_CONFIG.matcher(xml);
            if (!javaConfig.find()) {
                throw new IllegalStateException("There is no java-config in " + file);
            }
            var jvmOptions = new StringBuilder();
            options()
                    .properties()
                    .forEach((key, value) ->
                            jvmOptions.append("<jvm-options>-D" + key + "=" + value + "</jvm-options>"));
            if (!jvmOption().isEmpty()) {
                jvmOptions.append("<jvm-options>" + jvmOption() + "</jvm-options>");
            }
            Files.writeString(file, xml.substring(0, javaConfig.end()) + jvmOptions + xml.substring(javaConfig.end()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start() {
        if (process().isPresent()) {
            throw new IllegalStateException("Payara runs already, and a second start would wait for ever");
        }
        asadmin("start-domain", "--domaindir", domains.toString(), DOMAIN);
    }

    @Override
    public void stop() {
        asadmin("stop-domain", "--domaindir", domains.toString(), DOMAIN);
    }

    @Override
    public void deploy(Path war) {
        asadmin(
                "--port",
                Integer.toString(managementPort()),
                "deploy",
                "--force=true",
                war.toAbsolutePath().toString());
    }

    @Override
    public void undeploy(String name) {
        asadmin("--port", Integer.toString(managementPort()), "undeploy", name);
    }

    private String asadmin(String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(unpacked("payara6/bin/asadmin").toAbsolutePath().toString());
        words.addAll(List.of(arguments));
        return new Command(words, Map.of())
                .with("AS_JAVA", options().javaHome().toString())
                .with("JAVA_HOME", options().javaHome().toString())
                .run();
    }

    private Path domain() {
        return domains.resolve(DOMAIN);
    }

    @Override
    public URI url() {
        return URI.create("http://127.0.0.1:" + (base + HTTP));
    }

    @Override
    public int managementPort() {
        return base + ADMIN;
    }

    @Override
    public Path log() {
        return domain().resolve("logs/server.log");
    }

    @Override
    public Optional<ProcessHandle> process() {
        return processIn(domain().resolve("config/pid"));
    }
}
