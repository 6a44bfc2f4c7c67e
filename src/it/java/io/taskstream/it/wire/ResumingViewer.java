package io.taskstream.it.wire;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.EventStreamParser.Event;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;

/**
 * Watches a task to its end. Whenever the stream breaks off it reconnects with Last-Event-ID, as EventSource does, with
 * longer and longer pauses while it gets nothing. It checks that all events have one epoch, and come in order and once.
 */
public final class ResumingViewer implements Flow.Subscriber<String> {

    private static final long SHORTEST_PAUSE_MILLIS = 50;

    private final HttpClient client;
    private final URI stream;
    private final long longestPauseMillis;
    private final BiPredicate<Long, String> check;
    private final EventStreamParser parser = new EventStreamParser();

    private long pauseMillis = SHORTEST_PAUSE_MILLIS;
    private volatile String epoch = "";
    private volatile long last;
    private final AtomicInteger resumes = new AtomicInteger();
    private volatile boolean ended;
    private volatile String problem = "";

    /**
     * Begins to watch.
     *
     * @param longestPause between two connections; hundreds of viewers with a short one can keep a server from starting
     * @param check gets the sequence and the data of each event, and tells whether they belong together
     */
    public ResumingViewer(HttpClient client, URI stream, Duration longestPause, BiPredicate<Long, String> check) {
        this.client = client;
        this.stream = stream;
        this.longestPauseMillis = longestPause.toMillis();
        this.check = check;
        open();
    }

    private void open() {
        HttpRequest.Builder request = HttpRequest.newBuilder(stream);
        if (last > 0) {
            request.header("Last-Event-ID", parser.lastEventId());
        }
        var unused = client.sendAsync(request.build(), this::subscriber).whenComplete(this::disconnected);
    }

    private HttpResponse.BodySubscriber<Void> subscriber(HttpResponse.ResponseInfo answer) {
        if (answer.statusCode() != 200) {
            return HttpResponse.BodySubscribers.discarding();
        }
        if (last > 0) {
            resumes.incrementAndGet();
        }
        return BodyHandlers.fromLineSubscriber(this).apply(answer);
    }

    private void disconnected(HttpResponse<Void> answer, Throwable failure) {
        if (failure == null && answer.statusCode() == 204) {
            ended = true;
            return;
        }
        parser.reconnect();
        pauseMillis = Math.min(2 * pauseMillis, longestPauseMillis);
        long millis = ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis);
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(this::open);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        Event event = parser.take(line);
        if (event != null) {
            take(event);
        }
    }

    private void take(Event event) {
        if (!event.isMessage()) {
            problem = stream + ": " + event + " after " + last;
            return;
        }
        if (epoch.isEmpty()) {
            epoch = event.epoch();
        }
        if (!event.epoch().equals(epoch)
                || event.sequence() != last + 1
                || !check.test(event.sequence(), event.data())) {
            problem = stream + ": " + event + " after " + epoch + "-" + last;
        }
        last = event.sequence();
        pauseMillis = SHORTEST_PAUSE_MILLIS;
    }

    @Override
    public void onError(Throwable failure) {
        // The connection broke; disconnected() is called, too.
    }

    @Override
    public void onComplete() {
        // As above.
    }

    /** The sequence of the last event; 0 before the first. */
    public long last() {
        return last;
    }

    /** The epoch of all events, so that two viewers can be compared. */
    public String epoch() {
        return epoch;
    }

    /** How often it reconnected and got a stream. */
    public int resumes() {
        return resumes.get();
    }

    /** The last violation of what must hold; empty if there is none. */
    public String problem() {
        return problem;
    }

    /** Waits until it was answered that nothing will follow, or there is a problem. */
    public void awaitEnd(Duration patience) {
        Await.until("the stream has ended", patience, () -> ended || !problem.isEmpty());
    }
}
