package io.taskstream.it.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** A separate server that requires tokens. */
public final class GuardedServer implements AutoCloseable {

    /** An allowed origin of another site's page. */
    public static final String FRIEND = "https://friend.example";

    private final Issuer issuer;
    private final Server server;
    private final Api api;

    /**
     * Starts it.
     *
     * @param heap as {@code -Xmx} takes it
     * @param settings besides those for the keys
     */
    public GuardedServer(String name, String heap, Map<String, String> settings) {
        this(name, heap, settings, new Issuer());
    }

    /** The same for tokens of that issuer. */
    GuardedServer(String name, String heap, Map<String, String> settings, Issuer issuer) {
        this.issuer = issuer;
        Path directory = Path.of("target", "it", name + "-" + System.getProperty("it.server"))
                .toAbsolutePath();
        Path keys = directory.resolveSibling(name + "-" + System.getProperty("it.server") + "-keys.json");
        ServerOptions options = ServerOptions.in(directory).heap(heap).with("taskstream.server.configured", "true");
        Map<String, String> all = new TreeMap<>(Map.of(
                "taskstream.access",
                "tokens",
                "taskstream.access.jwt.key-file",
                keys.toString(),
                "taskstream.access.jwt.issuer",
                Issuer.NAME,
                "taskstream.access.jwt.audience",
                Issuer.AUDIENCE,
                "taskstream.access.jwt.leeway-seconds",
                "0",
                "taskstream.cors.origins",
                FRIEND));
        all.putAll(settings);
        if (settings.containsKey("taskstream.access.jwt.keys-url")) {
            all.remove("taskstream.access.jwt.key-file");
        }
        for (Map.Entry<String, String> setting : all.entrySet()) {
            options = options.with(setting.getKey(), setting.getValue());
        }
        try {
            Files.createDirectories(directory.getParent());
            Files.writeString(keys, issuer.keys());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = Server.create(System.getProperty("it.server"), options);
        server.start();
        server.deploy(Path.of(System.getProperty("it.war")));
        api = new Api(server.url());
        Await.until("it answers", Duration.ofSeconds(30), () -> api.get("/").statusCode() != 404);
    }

    public Issuer issuer() {
        return issuer;
    }

    public Server server() {
        return server;
    }

    public Api api() {
        return api;
    }

    /** The server's log so far. */
    public String log() {
        try {
            return Files.readString(server.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The Authorization header with the token. */
    public static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    /** Creates a task with the token. Returns its id. */
    public String createTask(String token) {
        HttpResponse<String> answer = api.send("POST", "/tasks", null, "", bearer(token));
        assertThat(answer.statusCode()).isEqualTo(201);
        return Api.json(answer).getString("id");
    }

    /** Publishes with the token. Returns the last event's id. */
    public String publish(String token, String task, String json) {
        HttpResponse<String> answer =
                api.send("POST", "/tasks/" + task + "/events", "application/json", json, bearer(token));
        assertThat(answer.statusCode()).isEqualTo(200);
        return Api.json(answer).getString("lastEventId");
    }

    @Override
    public void close() {
        server.close();
    }
}
