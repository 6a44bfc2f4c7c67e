package io.taskstream.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A viewer that comes back with its Last-Event-ID whenever its stream breaks, until the server says that it has all; more
 * and more patiently while it gets nothing.
 */
final class ResumingViewer implements Flow.Subscriber<String> {

    private static final long SHORTEST_PAUSE_MILLIS = 250;

    /** Hundreds that come back every second would keep a server from ever starting on a small machine. */
    private static final long LONGEST_PAUSE_MILLIS = 8_000;

    private final HttpClient client;
    private final URI stream;
    private final List<String> data = new ArrayList<>();
    private final AtomicInteger returns = new AtomicInteger();

    private String id = "";
    private String nextId = "";
    private String nextData = "";
    private long pauseMillis = SHORTEST_PAUSE_MILLIS;
    private volatile boolean hasAll;
    private volatile String problem = "";

    ResumingViewer(HttpClient client, URI stream) {
        this.client = client;
        this.stream = stream;
        open();
    }

    private void open() {
        HttpRequest.Builder request = HttpRequest.newBuilder(stream);
        if (!id.isEmpty()) {
            request.header("Last-Event-ID", id);
        }
        var unused = client.sendAsync(request.build(), this::subscriber).whenComplete(this::ended);
    }

    private HttpResponse.BodySubscriber<Void> subscriber(HttpResponse.ResponseInfo answer) {
        return answer.statusCode() == 200
                ? BodyHandlers.fromLineSubscriber(this).apply(answer)
                : HttpResponse.BodySubscribers.discarding();
    }

    private void ended(HttpResponse<Void> answer, Throwable failure) {
        if (failure == null && answer.statusCode() == 204) {
            hasAll = true;
            return;
        }
        returns.incrementAndGet();
        // What of a frame came before the break is no event.
        nextId = "";
        nextData = "";
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        long millis = ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis);
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(this::open);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        if (line.startsWith("id: ")) {
            nextId = line.substring(4);
        } else if (line.startsWith("data: ")) {
            nextData = line.substring(6);
        } else if (line.startsWith("event: ")) {
            problem = line + " after " + id;
        } else if (line.isEmpty() && !nextId.isEmpty()) {
            dispatch();
        }
    }

    private void dispatch() {
        long sequence = Long.parseLong(nextId.substring(nextId.indexOf('-') + 1));
        if (sequence != data.size() + 1) {
            problem = nextId + " after " + id;
        }
        data.add(nextData);
        pauseMillis = SHORTEST_PAUSE_MILLIS;
        id = nextId;
        nextId = "";
        nextData = "";
    }

    @Override
    public void onError(Throwable failure) {
        // The stream broke, of which ended is told too.
    }

    @Override
    public void onComplete() {
        // As above.
    }

    /** Whether it was told that nothing will follow. */
    boolean hasAll() {
        return hasAll;
    }

    /** The data of each event; to be asked for at the end. */
    List<String> data() {
        return data;
    }

    /** How often it came back. */
    int returns() {
        return returns.get();
    }

    /** What was not as it should be; empty if all was. */
    String problem() {
        return problem;
    }
}
