package sample;

import io.taskstream.client.Names;
import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskOutput;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The connection to Taskstream: one client for the whole application. */
@ApplicationScoped
public class Connection {

    @Inject
    @ConfigProperty(name = "sample.taskstream", defaultValue = "http://localhost:8080")
    URI server;

    @Inject
    @ConfigProperty(name = "sample.token-file")
    Optional<String> tokenFile;

    @Inject
    @ConfigProperty(name = "sample.trust-store")
    Optional<String> trustStore;

    @Resource(lookup = Pools.WORK)
    ManagedExecutorService work;

    @Resource(lookup = Pools.TIMERS)
    ManagedScheduledExecutorService timers;

    private final Jsonb jsonb = JsonbBuilder.create();
    private Client client;

    // begin: connect
    @PostConstruct
    void connect() {
        ClientBuilder builder = ClientBuilder.newBuilder()
                .executorService(work)
                .scheduledExecutorService(timers)
                .connectTimeout(10, TimeUnit.SECONDS)
                // Longer than the silence between two heartbeats.
                .readTimeout(60, TimeUnit.SECONDS);
        tokenFile.ifPresent(file -> builder.register(new Token(Path.of(file))));
        trustStore.ifPresent(file -> builder.trustStore(keys(file)));
        client = builder.build();
    }

    private static KeyStore keys(String file) {
        try {
            return KeyStore.getInstance(new File(file), "changeit".toCharArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("The trust store cannot be read", e);
        }
    }

    @PreDestroy
    void disconnect() {
        client.close();
    }
    // end: connect

    // begin: token
    /** Sends the token that is in the file now: tokens are renewed. */
    record Token(Path file) implements ClientRequestFilter {

        @Override
        public void filter(ClientRequestContext request) throws IOException {
            String token = Files.readString(file).strip();
            request.getHeaders().putSingle(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        }
    }
    // end: token

    WebTarget task(String task) {
        return client.target(server).path("tasks").path(task);
    }

    // begin: create
    /** Creates the task if it is not there, so that it can be watched at once. */
    void create(String task, String title) {
        Entity<String> json = Entity.json(jsonb.toJson(Map.of("title", title)));
        check(task(task).request().put(json));
    }
    // end: create

    // begin: publish
    /** Publishes one event. If there was no answer, it may be repeated with the same key. */
    void publish(String task, StreamItem item, String key) {
        Entity<String> json = Entity.json(jsonb.toJson(item));
        check(task(task)
                .path("events")
                .request()
                .header(Names.IDEMPOTENCY_KEY, key)
                .post(json));
    }

    private static void check(Response answer) {
        try (answer) {
            if (answer.getStatusInfo().getFamily() != Response.Status.Family.SUCCESSFUL) {
                throw new IllegalStateException(answer.getStatus() + ": " + answer.readEntity(String.class));
            }
        }
    }
    // end: publish

    // begin: text
    /** Opens an output of text, which survives restarts of the server. */
    TaskOutput text(String task) {
        return TaskOutput.text(task(task), "report", timers);
    }
    // end: text

    // begin: cancel
    void cancel(String task) {
        check(task(task).path("cancel").request().post(null));
    }
    // end: cancel

    // begin: ticket
    /** Returns the path of the task's stream, with a ticket that opens it once, for a browser that has no token. */
    URI stream(String task) {
        try (Response answer = task(task).path("tickets").request().post(null)) {
            String ticket = answer.readEntity(JsonObject.class).getString("ticket");
            return UriBuilder.fromPath(task(task).path("stream").getUri().getPath())
                    .queryParam("ticket", ticket)
                    .build();
        }
    }
    // end: ticket
}
