package io.taskstream.it.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The reverse proxies that Taskstream is tested behind, as Debian packages them. Each runs with the very file of
 * {@code server-config/proxies}, in which only the two addresses are others, inside what a main configuration brings.
 */
public enum ProxyProduct {
    NGINX(
            "nginx.conf",
            "listen 80;",
            "listen 127.0.0.1:@PORT@;",
            "nginx",
            "-p",
            "@DIRECTORY@",
            "-e",
            "error.log",
            "-c",
            "@FILE@"),
    HAPROXY("haproxy.cfg", "bind :80", "bind 127.0.0.1:@PORT@", "/usr/sbin/haproxy", "-db", "-f", "@FILE@"),
    APACHE("apache.conf", "*:80>", "127.0.0.1:@PORT@>", "/usr/sbin/apache2", "-D", "FOREGROUND", "-f", "@FILE@"),
    CADDY(
            "Caddyfile",
            ":80 {",
            ":@PORT@ {\n\tbind 127.0.0.1",
            "caddy",
            "run",
            "--adapter",
            "caddyfile",
            "--config",
            "@FILE@");

    private final String snippet;
    private final String usualAddress;
    private final String ownAddress;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes an immutable list
    private final List<String> words;

    ProxyProduct(String snippet, String usualAddress, String ownAddress, String... words) {
        this.snippet = snippet;
        this.usualAddress = usualAddress;
        this.ownAddress = ownAddress;
        this.words = List.of(words);
    }

    /** The text of the project's own file. */
    String snippet() {
        try {
            return Files.readString(Server.config("proxies/" + snippet));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the configuration and answers the command that runs the product with it, in the foreground.
     *
     * @param directory an empty one of its own
     * @param settings the forwarding settings, in the product's language
     * @param port where to listen on the loopback interface
     * @param upstream the address of the server
     */
    Command prepare(Path directory, String settings, int port, String upstream) {
        String text = frame().replace("@SNIPPET@", settings)
                .replace(usualAddress, ownAddress)
                .replace("127.0.0.1:8080", upstream)
                .replace("@PORT@", Integer.toString(port))
                .replace("@DIRECTORY@", directory.toString());
        try {
            Path file = Files.writeString(directory.resolve("proxy.conf"), text);
            return Command.of(words.stream()
                            .map(word -> word.replace("@DIRECTORY@", directory.toString())
                                    .replace("@FILE@", file.toString()))
                            .toArray(String[]::new))
                    .with("HOME", directory.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String frame() {
        String name = "/proxies/" + name().toLowerCase(Locale.ROOT) + ".conf";
        try (InputStream in = ProxyProduct.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
