package io.taskstream.http;

import io.taskstream.access.RefusedException;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.stream.SerialRunner;
import io.taskstream.task.EventData;
import io.taskstream.task.InvalidItemException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a request body that is a stream of lines, as they arrive, with Servlet non-blocking input (Servlet 6.0,
 * section 3.7): a producer that is silent for minutes holds no thread. All lines that have arrived together are appended
 * together, and the next are read when those are kept, and when there is room for them: until then the producer waits.
 */
final class LinePublisher implements ReadListener {

    /** After so many bytes the thread is given back: it may be the one that all connections need. */
    private static final int SHARE = 1 << 17;

    /** How many bytes, and how many events, are appended together: the more, the less often a fast producer waits. */
    private static final int BATCH = 1 << 17;

    private static final int MOST_EVENTS = 1 << 13;

    /** How many bytes are read at once. */
    private static final int PIECE = 1 << 14;

    private final ServletInputStream in;
    private final PublishPermit permit;
    private final LineFormat format;
    private final Charset charset;
    private final @Nullable String traceparent;
    private final PublishContext context;
    private final Consumer<Outcome> whenDone;
    private final LineSplitter splitter;
    private final SerialRunner reader = new SerialRunner(this::publishWhatIsThere);
    private final ByteBudget.Allocation share;
    private final LongConsumer look = this::cutOffIfLate;

    /** While a batch is being kept, or the rate waited out: nothing is read. */
    private volatile boolean paused;

    private volatile boolean allRead;
    private volatile @Nullable Throwable failure;

    /** Which line has begun and not ended; 0 for none. */
    private volatile long unfinished;

    // Touched by the look only.
    private long lastUnfinished;
    private long unfinishedSince;

    // Touched by the reader only, or before it is started again.
    private final List<EventData> arrived = new ArrayList<>();
    private long arrivedBytes;
    private long lines;
    private boolean ended;
    private boolean done;
    private long count;
    private @Nullable EventId last;
    private @Nullable EventId expectedLast;

    /**
     * @param share holds what has come and is not in the log yet; closed at the end
     * @param permit to publish, which may end while the body goes on
     * @param charset in which a line end is what it is in ASCII
     * @param expectedLast publish only if this is the last event of the log; {@code null} for any
     * @param traceparent the trace of the request, {@code null} for none
     * @param whenDone is told once, when the body has ended, or an error has ended it
     */
    LinePublisher(
            ServletInputStream in,
            ByteBudget.Allocation share,
            PublishPermit permit,
            LineFormat format,
            Charset charset,
            @Nullable EventId expectedLast,
            @Nullable String traceparent,
            PublishContext context,
            Consumer<Outcome> whenDone) {
        this.in = in;
        this.permit = permit;
        this.format = format;
        this.charset = charset;
        this.expectedLast = expectedLast;
        this.traceparent = traceparent;
        this.context = context;
        this.whenDone = whenDone;
        this.splitter = new LineSplitter(context.limits().bodyBytes());
        this.share = share;
        context.everySecond().add(look);
    }

    /**
     * How it went.
     *
     * @param count how many events are in the log
     * @param last the last of them, {@code null} if there is none
     * @param failure what ended it early, {@code null} if all is well
     */
    record Outcome(
            long count, @Nullable EventId last, @Nullable Throwable failure) {}

    @Override
    public void onDataAvailable() {
        reader.run();
    }

    /** To Grizzly this means that all has been received; what is left to read is still {@code available}. */
    @Override
    public void onAllDataRead() {
        allRead = true;
        reader.run();
    }

    @Override
    public void onError(Throwable error) {
        failure = new BodyBrokeOffException(error);
        reader.run();
    }

    private void readSoon() {
        context.executor().execute(reader::run);
    }

    private void publishWhatIsThere() {
        int share = SHARE;
        while (!done && !paused) {
            try {
                if (share <= 0) {
                    readSoon();
                    return;
                }
                if (waitsForItsTurn()) {
                    return;
                }
                // What stands behind a terminal event has arrived already.
                int read = arrived.isEmpty() ? readBatch() : 1;
                if (read == 0) {
                    return;
                }
                share -= read;
            } catch (IOException e) {
                failure = new BodyBrokeOffException(e);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            appendIfPermitted();
        }
    }

    /**
     * Has the publisher read on later if more has been published than may be, in this request or in any other: who opens
     * a new request for each line is no faster. Nothing is read meanwhile: the producer's writes wait then.
     */
    private boolean waitsForItsTurn() {
        boolean goesOn = failure == null && (!ended || !arrived.isEmpty());
        long nanos = goesOn ? permit.spend(0) : 0;
        if (nanos <= 0) {
            return false;
        }
        paused = true;
        ScheduledFuture<?> unused = context.scheduler().schedule(this::goOn, nanos, TimeUnit.NANOSECONDS);
        return true;
    }

    /** Reads what has arrived, as far as it goes into one batch. Answers how many bytes, 0 if there were none. */
    private int readBatch() throws IOException {
        byte[] buffer = new byte[PIECE];
        // What may not be published for long is better left with the producer.
        int mostEvents = Math.min(MOST_EVENTS, permit.atOnce());
        int total = 0;
        int read = 1;
        while (read > 0 && total < BATCH && arrived.size() < mostEvents && !ended && failure == null) {
            read = read(buffer);
            total += read;
        }
        unfinished = splitter.pending() > 0 ? lines + 1 : 0;
        return ended || failure != null ? Math.max(total, 1) : total;
    }

    /** Reads some of what has arrived into events. Answers 0 if nothing has, or there is no room for it. */
    private int read(byte[] buffer) throws IOException {
        boolean all = allRead;
        if (!all && !in.isReady()) {
            return 0;
        }
        if (!share.takeOrWait(PIECE, this::readSoon)) {
            return 0;
        }
        int read = all && in.available() == 0 ? -1 : in.read(buffer);
        if (read < 0) {
            ended = true;
            splitter.end(this::addLine);
            share.keep(arrivedBytes);
            return 1;
        }
        splitter.add(buffer, read, this::addLine);
        share.keep(splitter.pending() + arrivedBytes);
        return Math.max(read, 1);
    }

    private void addLine(byte[] bytes, int offset, int length) {
        lines++;
        EventData event = read(bytes, offset, length);
        if (event != null) {
            arrived.add(event);
            arrivedBytes += event.heapBytes();
        }
    }

    private @Nullable EventData read(byte[] bytes, int offset, int length) {
        try {
            if (!charset.equals(StandardCharsets.UTF_8)) {
                byte[] utf8 = new String(bytes, offset, length, charset).getBytes(StandardCharsets.UTF_8);
                return format.read(utf8, 0, utf8.length, context.events());
            }
            int mark = lines == 1 ? Bodies.lengthOfMark(bytes, offset, length) : 0;
            return format.read(bytes, offset + mark, length - mark, context.events());
        } catch (InvalidItemException.TooManyElements e) {
            throw e;
        } catch (InvalidItemException e) {
            // To the parser each line is the first.
            String message = String.valueOf(e.getMessage()).replaceFirst("line no=1, ", "");
            throw new InvalidItemException("Line " + lines + ": " + message);
        }
    }

    /**
     * Ends the request if a line has been on its way for too long. Silence between lines has no end; and while nothing is
     * read, a line can't end.
     */
    private void cutOffIfLate(long now) {
        long line = unfinished;
        if (line == 0 || line != lastUnfinished || paused) {
            lastUnfinished = line;
            unfinishedSince = now;
            return;
        }
        long patience = context.limits().line().toNanos();
        if (patience > 0 && now - unfinishedSince >= patience) {
            failure = new LineUnfinishedException();
            readSoon();
        }
    }

    private void goOn() {
        paused = false;
        readSoon();
    }

    private void appendIfPermitted() {
        try {
            permit.check();
        } catch (RefusedException e) {
            arrived.clear();
            failure = e;
        }
        append();
    }

    /** Appends what has arrived and may be published now, up to and with a terminal event, and ends if that was all. */
    private void append() {
        if (arrived.isEmpty()) {
            if (ended || failure != null) {
                finish();
            }
            return;
        }
        Batch batch = new Batch(arrived.subList(0, lengthOfBatch()), expectedLast, null, traceparent);
        arrived.subList(0, batch.events().size()).clear();
        // Before it is kept, so that whoever reads meanwhile knows of it.
        long unused = permit.spend(batch.events().size());
        CompletableFuture<Appended> appended =
                context.log().append(permit.task(), batch).toCompletableFuture();
        if (appended.isDone()) {
            settle(appended);
            return;
        }
        paused = true;
        CompletionStage<Appended> stage = appended;
        stage.whenComplete((id, error) -> {
            settle(appended);
            goOn();
        });
    }

    private void settle(CompletableFuture<Appended> appended) {
        try {
            Appended kept = appended.join();
            last = kept.last();
            count += kept.count();
            expectedLast = null;
        } catch (CompletionException e) {
            arrived.clear();
            failure = e;
        }
        if (arrived.isEmpty()) {
            arrivedBytes = 0;
            share.keep(splitter.pending());
        }
    }

    private int lengthOfBatch() {
        int most = Math.min(arrived.size(), permit.atOnce());
        for (int i = 0; i < most; i++) {
            if (arrived.get(i).end() != null) {
                return i + 1;
            }
        }
        return most;
    }

    /** Ends it before it has begun, without telling anybody. */
    void abandon() {
        done = true;
        context.everySecond().remove(look);
        share.close();
    }

    private void finish() {
        done = true;
        context.everySecond().remove(look);
        share.close();
        var outcome = new Outcome(count, last, failure);
        // What is told writes the answer, which may block.
        context.executor().execute(() -> whenDone.accept(outcome));
    }

    /** The producer has begun a line and does not end it. */
    static final class LineUnfinishedException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private LineUnfinishedException() {
            super("A line did not end in time", null, false, false);
        }
    }

    /** The producer went away in the middle of its body. */
    static final class BodyBrokeOffException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private BodyBrokeOffException(Throwable cause) {
            super("The body broke off", cause);
        }
    }
}
