package io.taskstream.http.body;

import io.taskstream.access.RefusedException;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.Publishers;
import io.taskstream.http.Limits;
import io.taskstream.http.Problem;
import io.taskstream.stream.SerialRunner;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the lines of a request body as they arrive, with Servlet non-blocking input (Servlet 6.0, section 3.7), so that a
 * silent producer holds no thread. Lines that arrive together are appended together. The next are read when those are in the
 * log and when the budget has room: back-pressure makes the producer wait until then. A line of text that has not ended is
 * published as far as it has come 1 s after its first byte that is not published.
 */
public final class LinePublisher implements ReadListener, Publishers.Request {

    /** How long an unfinished line of text waits for its end. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    /** After so many bytes the thread is released: it may be the one that all connections need. */
    private static final int BYTES_PER_TURN = 1 << 17;

    /** The size of a batch: the larger it is, the less often a fast producer waits. */
    private static final int MAX_BATCH_BYTES = 1 << 17;

    private static final int MAX_BATCH_EVENTS = 1 << 13;

    /** How many bytes are read at once. */
    private static final int PIECE = 1 << 14;

    private final ServletInputStream in;
    private final PublishPermit permit;
    private final BodyPart part;
    private final Context context;
    private final Consumer<Outcome> whenDone;
    private final BodyEvents events;
    private final SerialRunner reader = new SerialRunner(this::publishAvailable);
    private final ByteBudget.Allocation share;
    private final LongConsumer lateness = this::endIfLate;
    private final LineDeadline deadline;

    /** While a batch is being appended: then nothing is read. */
    private volatile boolean appending;

    /** While the rate is exceeded: then nothing is read until a timer has run. */
    private volatile boolean resting;

    private volatile boolean allRead;

    /** Why the rest of the body is not read; {@code null} as long as it is. */
    private volatile @Nullable Throwable cut;

    /** Whether a timer will look at an unfinished line: there is never more than one. */
    private volatile boolean timed;

    // Used by the reader only, or before it is started again.
    private boolean ended;
    private boolean endCommitted;
    private boolean done;
    private @Nullable Throwable failure;
    private long count;
    private long bytes;
    private @Nullable EventId last;

    /**
     * @param share holds the bytes that are not in the log yet; closed at the end
     * @param permit allows publishing, and may end before the body does
     * @param charset encodes line ends as ASCII does
     * @param part makes the batches
     * @param whenDone accepts the outcome once, when the body or an error has ended the request
     */
    public LinePublisher(
            ServletInputStream in,
            ByteBudget.Allocation share,
            PublishPermit permit,
            LineFormat format,
            Charset charset,
            BodyPart part,
            Context context,
            Consumer<Outcome> whenDone) {
        this.in = in;
        this.permit = permit;
        this.part = part;
        this.context = context;
        this.whenDone = whenDone;
        this.events = new BodyEvents(format, context.limits().bodyBytes(), charset, part.isFirst(), context.events());
        this.share = share;
        this.deadline = new LineDeadline(context.limits().line());
        if (format == LineFormat.NDJSON) {
            context.checks().add(lateness);
        }
    }

    /**
     * The objects that all publishers of lines use.
     *
     * @param log takes the events
     * @param events parses them
     * @param executor runs the parsing, so that no thread of the container does
     * @param scheduler resumes publishers that exceed their rate, and publishes unfinished lines of text
     * @param limits bounds the length of a line of NDJSON and the time that it may take
     * @param checks find lines of NDJSON that do not end
     * @param publishers tell when no executor is to be relied on any more
     */
    public record Context(
            EventLog log,
            EventReader events,
            Executor executor,
            ScheduledExecutorService scheduler,
            Limits limits,
            PeriodicChecks checks,
            Publishers publishers) {

        /** Runs short work for which a request waits on the executor, or on this thread if the executor refuses it. */
        public void execute(Runnable work) {
            new CallerRunsExecutor(executor, publishers).execute(work);
        }
    }

    /**
     * The outcome of a request.
     *
     * @param count how many events are in the log
     * @param bytes how many bytes of the body these events stand for, from its beginning
     * @param last the last of them, {@code null} if there is none
     * @param failure the error that ended it early, {@code null} if there was none
     */
    public record Outcome(
            long count,
            long bytes,
            @Nullable EventId last,
            @Nullable Throwable failure) {}

    @Override
    public void onDataAvailable() {
        reader.run();
    }

    /** On Grizzly this means that all bytes were received; the unread ones are still {@code available}. */
    @Override
    public void onAllDataRead() {
        allRead = true;
        reader.run();
    }

    @Override
    public void onError(Throwable error) {
        cut = Problem.connectionLost();
        reader.run();
    }

    private void readSoon() {
        context.execute(reader::run);
    }

    private void publishAvailable() {
        int left = BYTES_PER_TURN;
        while (!done && !appending) {
            try {
                if (left <= 0) {
                    readSoon();
                    return;
                }
                if (isAheadOfRate()) {
                    return;
                }
                // Events behind a terminal event were read with it.
                int read = events.isEmpty() ? readBatch() : 1;
                if (read == 0) {
                    return;
                }
                left -= read;
            } catch (IOException e) {
                breakOff(Problem.connectionLost());
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            appendIfPermitted();
        }
    }

    /**
     * Makes the publisher read later if the rate limit is exceeded, by this request or by any other of the producer. Nothing is
     * read meanwhile, so that the producer's writes wait.
     */
    private boolean isAheadOfRate() {
        boolean goesOn = failure == null && cut == null && (!ended || !events.isEmpty());
        if (!goesOn || resting) {
            return goesOn;
        }
        long nanos = permit.spend(0);
        if (nanos <= 0) {
            return false;
        }
        resting = true;
        ScheduledFuture<?> unused = context.scheduler().schedule(this::goOnAfterRest, nanos, TimeUnit.NANOSECONDS);
        return true;
    }

    /** Reads available bytes for one batch. Returns how many there were. */
    private int readBatch() throws IOException {
        byte[] buffer = new byte[PIECE];
        // Events beyond the rate limit stay with the producer.
        int mostEvents = Math.min(MAX_BATCH_EVENTS, permit.atOnce());
        int total = 0;
        int read = 1;
        while (read > 0 && total < MAX_BATCH_BYTES && events.size() < mostEvents && !ended && failure == null) {
            read = read(buffer);
            total += read;
        }
        publishUnfinished();
        deadline.note(events.unfinishedLine());
        return ended || failure != null || !events.isEmpty() ? Math.max(total, 1) : total;
    }

    /** Passes on an unfinished line of text if it is time, or makes a timer do it. */
    private void publishUnfinished() {
        if (failure != null || !events.mayPause()) {
            return;
        }
        long nanos = events.pendingSince() + PAUSE.toNanos() - context.checks().nanos();
        if (nanos <= 0) {
            events.pause();
        } else if (!timed) {
            timed = true;
            ScheduledFuture<?> unused = context.scheduler().schedule(this::timeIsOver, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void timeIsOver() {
        timed = false;
        readSoon();
    }

    /** Parses some available bytes. Returns 0 if there are none, or the budget has no room for them. */
    private int read(byte[] buffer) throws IOException {
        Throwable reason = cut;
        if (reason != null) {
            breakOff(reason);
            return 1;
        }
        boolean all = allRead;
        if (!all && !in.isReady()) {
            return 0;
        }
        if (!share.takeOrWait(PIECE, this::readSoon)) {
            return 0;
        }
        int read = all && in.available() == 0 ? -1 : in.read(buffer, 0, readable());
        if (read < 0) {
            ended = true;
            if (part.isLast()) {
                events.end();
            } else {
                events.pause();
            }
            if (bytes == 0 && events.isEmpty()) {
                part.checkEmpty(context.log(), permit.task());
            }
        } else {
            events.add(buffer, read, context.checks().nanos());
        }
        share.keep(events.heapBytes());
        return Math.max(read, 1);
    }

    /**
     * Returns how many bytes to read at once. A read that takes all that has arrived fails on Undertow if the connection has
     * broken behind it, and the bytes would be lost: so the last of them is read alone.
     */
    private int readable() throws IOException {
        return Math.max(1, Math.min(PIECE, in.available() - 1));
    }

    private void endIfLate(long now) {
        if (deadline.isOver(now, !appending && !resting)) {
            end(Problem.of(408, "A line did not end in time").asException());
        }
    }

    private void goOnAfterRest() {
        resting = false;
        readSoon();
    }

    private void appendIfPermitted() {
        try {
            permit.check();
        } catch (RefusedException e) {
            events.clear();
            failure = e;
        }
        append();
    }

    /** Appends the events that the rate allows, up to and with a terminal event. Finishes if there are no more. */
    private void append() {
        if (events.isEmpty()) {
            if (ended || failure != null) {
                commitEnd();
            }
            return;
        }
        List<EventData> taken = events.take(permit.atOnce());
        // Counted before it is in the log, so that other requests know of it.
        long unused = permit.spend(taken.size());
        append(part.batch(taken, bytes, events.taken()));
    }

    private void commitEnd() {
        Batch end = endCommitted || failure != null ? null : part.end(bytes, events.parsed());
        if (end == null) {
            finish();
            return;
        }
        endCommitted = true;
        events.takeRest();
        append(end);
    }

    private void append(Batch batch) {
        CompletableFuture<Appended> appended =
                context.log().append(permit.task(), batch).toCompletableFuture();
        if (appended.isDone()) {
            settle(appended);
            return;
        }
        appending = true;
        CompletionStage<Appended> stage = appended;
        stage.whenComplete((id, error) -> {
            settle(appended);
            appending = false;
            readSoon();
        });
    }

    private void settle(CompletableFuture<Appended> appended) {
        try {
            Appended kept = appended.join();
            last = kept.last();
            count += kept.count();
            bytes = events.taken();
        } catch (CompletionException e) {
            events.clear();
            failure = e;
        }
        events.settle();
        share.keep(events.heapBytes());
    }

    /** Ends the body where it is. What has arrived is published as far as it is no half character or line of JSON. */
    private void breakOff(Throwable reason) {
        failure = reason;
        events.pause();
    }

    /**
     * Ends the request for this reason, after the batch that is being appended and what has arrived behind it; without it if
     * all of the body has been read. Any thread may call it.
     */
    @Override
    public void end(Throwable reason) {
        cut = reason;
        readSoon();
    }

    private void finish() {
        done = true;
        context.checks().remove(lateness);
        share.close();
        var outcome = new Outcome(count, bytes, last, failure);
        // The receiver of the outcome writes the answer, which may block.
        context.execute(() -> whenDone.accept(outcome));
    }
}
