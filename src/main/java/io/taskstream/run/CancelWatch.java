package io.taskstream.run;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Watches the task's stream for the event {@code cancel_requested}, and resumes it whenever it ends.
 *
 * <p>One thread calls {@link #run}, which returns when the task has ended, or after the event.
 */
final class CancelWatch {

    /** Servers send something every 30 s. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(75);

    private static final long LONGEST_DELAY_MILLIS = 30_000;

    private final Server server;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Consumer<String> say;
    private volatile @Nullable String last;
    private volatile long lastHeard;
    private volatile long retryMillis = 1000;
    private volatile boolean isRequested;
    private volatile boolean isAnswered;

    /**
     * @param last the id of the last event before the watch, {@code null} for none
     * @param nanos monotonic time
     */
    CancelWatch(
            Server server, @Nullable String last, LongSupplier nanos, RandomGenerator random, Consumer<String> say) {
        this.server = server;
        this.last = last;
        this.nanos = nanos;
        this.random = random;
        this.say = say;
    }

    /**
     * Returns when it is certain whether there will be a request to cancel.
     *
     * @return whether there was one
     */
    boolean run() throws InterruptedException {
        for (int failures = 0; ; ) {
            isAnswered = false;
            int status = watch();
            if (isRequested) {
                return true;
            }
            if (status == 204) {
                return false;
            }
            if (status == 403) {
                say.accept("the token does not allow to watch the task (403): it cannot be cancelled from the page");
                return false;
            }
            failures = isAnswered ? 1 : failures + 1;
            long delay = Math.min(LONGEST_DELAY_MILLIS, retryMillis << Math.min(failures - 1, 5));
            Thread.sleep(delay / 2 + random.nextLong(delay / 2 + 1));
        }
    }

    /** Opens the stream, and returns its status when it has ended; 0 for none. */
    private int watch() throws InterruptedException {
        lastHeard = nanos.getAsLong();
        CompletableFuture<HttpResponse<Void>> stream = server.watch(last, new Lines());
        try {
            while (!isRequested && nanos.getAsLong() - lastHeard < SILENCE_NANOS) {
                try {
                    return stream.get(500, TimeUnit.MILLISECONDS).statusCode();
                } catch (TimeoutException e) {
                    // It goes on.
                }
            }
        } catch (ExecutionException e) {
            // It is opened again.
        } finally {
            stream.cancel(true);
        }
        return 0;
    }

    /** The fields of an event stream (HTML, section 9.2.6). */
    private final class Lines implements Flow.Subscriber<String> {

        private String event = "";
        private @Nullable String id;
        private StringBuilder data = new StringBuilder();

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            lastHeard = nanos.getAsLong();
            isAnswered = true;
            if (line.isEmpty()) {
                dispatch();
                return;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (name) {
                case "event" -> event = value;
                case "id" -> id = value;
                case "data" -> data.append(value).append('\n');
                case "retry" -> retryMillis = value.matches("\\d{1,6}") ? Long.parseLong(value) : retryMillis;
                default -> {
                    // A comment, or what later versions send.
                }
            }
        }

        private void dispatch() {
            if (id != null) {
                last = id;
            }
            boolean isItem = event.isEmpty() && data.indexOf("cancel_requested") >= 0;
            if (isItem
                    && "cancel_requested".equals(Json.strings(data.toString()).get("type"))) {
                isRequested = true;
            }
            event = "";
            id = null;
            data = new StringBuilder();
        }

        @Override
        public void onError(Throwable thrown) {
            // The request's future has it.
        }

        @Override
        public void onComplete() {
            // The request's future has it.
        }
    }
}
