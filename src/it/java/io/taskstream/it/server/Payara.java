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
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A Payara domain of its own, on the installation that all share. */
final class Payara extends Server {

    private static final String DOMAIN = "taskstream";
    private static final int ADMIN = 48;
    private static final int HTTP = 80;

    /** A base is a multiple of this. */
    private static final int PORTS = 100;

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
        List<String> jvmOptions = new ArrayList<>(properties());
        jvmOptions.addAll(jvmOptions());
        edit(xml -> withJvmOptions(xml, jvmOptions));
    }

    /** A copy of a domain that has no properties, on ports of its own. */
    private Payara(ServerOptions options, Payara original) {
        super(options);
        this.domains = options.directory().toAbsolutePath();
        FileTrees.delete(domains);
        FileTrees.copy(original.domains, domains);
        edit(xml -> withJvmOptions(withPorts(xml, original.base), properties()));
    }

    @Override
    Server copy(ServerOptions options) {
        return new Payara(options, this);
    }

    @Override
    public void openForScripts() {
        start();
    }

    @Override
    Path file(String script) {
        return config("payara/" + script + ".asadmin");
    }

    @Override
    public void run(Path script) {
        whileRunning(
                () -> asadmin("--port", Integer.toString(managementPort()), "multimode", "--file", script.toString()));
    }

    @Override
    public List<String> configuration() {
        String settings = whileRunning(
                () -> asadmin("--port", Integer.toString(managementPort()), "get", "configs.config.server-config.*"));
        return settings.lines().filter(line -> line.contains("=")).sorted().toList();
    }

    private String whileRunning(Supplier<String> asking) {
        if (process().isPresent()) {
            return asking.get();
        }
        start();
        String answer = asking.get();
        stop();
        return answer;
    }

    private List<String> properties() {
        return options().properties().entrySet().stream()
                .map(property -> "-D" + property.getKey() + "=" + property.getValue())
                .toList();
    }

    private String withJvmOptions(String xml, List<String> jvmOptions) {
        Matcher javaConfig = JAVA_CONFIG.matcher(xml);
        if (!javaConfig.find()) {
            throw new IllegalStateException("There is no java-config in " + domain());
        }
        String added = jvmOptions.stream()
                .map(option -> "<jvm-options>" + option + "</jvm-options>")
                .collect(Collectors.joining());
        String all = xml.substring(0, javaConfig.end()) + added + xml.substring(javaConfig.end());
        return all.replace("-Xmx512m", "-Xmx" + options().heap());
    }

    /** Ports are two digits after those of the base. */
    private String withPorts(String xml, int originalBase) {
        return xml.replaceAll("\"" + originalBase / PORTS + "(\\d\\d)\"", "\"" + base / PORTS + "$1\"");
    }

    private void edit(UnaryOperator<String> change) {
        Path file = domain().resolve("config/domain.xml");
        try {
            Files.writeString(file, change.apply(Files.readString(file)));
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
        List<String> words = new ArrayList<>(List.of(
                "--port",
                Integer.toString(managementPort()),
                "deploy",
                "--force=true",
                war.toAbsolutePath().toString()));
        if (!options().root().isEmpty()) {
            words.add(words.size() - 1, "--contextroot=" + options().root());
        }
        asadmin(words.toArray(String[]::new));
    }

    @Override
    public void deployCopy(Path war, String name, String root, Map<String, String> settings) {
        var commands = new StringBuilder("set-config-ordinal --ordinal=500 --source=application\n");
        commands.append(
                "deploy --enabled=false --name=" + name + " --contextroot=" + root + " " + war.toAbsolutePath() + "\n");
        settings.forEach((key, value) -> commands.append("set-config-property --source=application --sourceName=" + name
                + " --propertyName=" + key + " --propertyValue=" + value + "\n"));
        commands.append("enable " + name + "\n");
        try {
            run(Files.writeString(domains.resolve(name + ".asadmin"), commands));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
                .with("AS_EXTRA_JAVA_OPTS", Command.SHORT_LIVED)
                .run();
    }

    private Path domain() {
        return domains.resolve(DOMAIN);
    }

    @Override
    public URI url() {
        return at(base + HTTP);
    }

    private int managementPort() {
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
