package io.taskstream.http.resource;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.taskstream.http.body.PeriodicChecks;
import io.taskstream.stream.SerialRunner;
import io.taskstream.text.LogText;
import io.taskstream.text.TextEncoder;
import io.taskstream.text.TextReader;
import io.taskstream.text.TextReader.Delta;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer that is a text: written with Servlet non-blocking output (Servlet 6.0, section 3.7), and read from the log
 * only when the connection takes bytes. So a slow reader costs no thread, and the heap holds one piece for each answer. A reader
 * that takes no byte for the stall time is disconnected. Thread-safe.
 */
final class TextAnswer implements WriteListener, LongConsumer {

    private static final int MAX_WRITE_BYTES = 64 * 1024;
    private static final byte[] NOTHING = {};

    /** The end of an answer without a length, which to the client looks like any other. */
    private static final byte[] BROKEN_OFF =
            "\n*** Taskstream: the text breaks off here, because the log has lost what follows ***\n"
                    .getBytes(US_ASCII);

    private final AsyncContext exchange;
    private final ServletOutputStream out;
    private final TextReader reader;
    private final TextEncoder encoder;
    private final Executor executor;
    private final PeriodicChecks checks;
    private final long stallNanos;
    private final boolean hasLength;
    private final Runnable whenEnded;
    private final SerialRunner writer = new SerialRunner(this::writeOrEnd);

    private volatile Runnable unregister = () -> {};
    private volatile boolean started;
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    /** The bytes to be written next, {@code null} while they are read. */
    private volatile byte @Nullable [] piece = NOTHING;

    // Confined to the writer, or to the read while that goes on.
    private int written;
    private int end;
    private long skip;
    private long left;

    /** Counts the writes and reads; the check sees by it whether the answer stalls. */
    private final AtomicInteger progress = new AtomicInteger();

    // Confined to the check.
    private int checkedProgress = -1;
    private long checkedAt;

    /**
     * @param from the event to begin with
     * @param part which bytes to send of the text from there on; its length is {@link Long#MAX_VALUE} if the answer has none
     * @param whenEnded is run once
     */
    TextAnswer(
            AsyncContext exchange,
            LogText text,
            long from,
            ByteRange part,
            Executor executor,
            PeriodicChecks checks,
            Duration stall,
            Runnable whenEnded)
            throws IOException {
        this.exchange = exchange;
        this.out = exchange.getResponse().getOutputStream();
        this.reader = text.reader(from);
        this.encoder = text.encoder();
        this.skip = part.start();
        this.left = part.length();
        this.hasLength = left < Long.MAX_VALUE;
        this.executor = executor;
        this.checks = checks;
        this.stallNanos = stall.toNanos();
        this.whenEnded = whenEnded;
    }

    /**
     * Starts to write. From here on the container calls back.
     *
     * @param sessions accepts what ends the answer early; returns what to run when it has ended
     */
    void open(Function<Runnable, Runnable> sessions) {
        unregister = sessions.apply(() -> abort(new IOException("The access was withdrawn")));
        checks.add(this);
        try {
            out.setWriteListener(this);
        } catch (RuntimeException e) {
            // The caller answers in another way: nothing here may end that answer.
            ended = true;
            checks.remove(this);
            unregister.run();
            throw e;
        }
    }

    /** Ends the answer, whose rest is not sent. */
    void abort(Throwable reason) {
        failure = reason;
        writer.run();
    }

    @Override
    public void onWritePossible() {
        started = true;
        writer.run();
    }

    private void writeOrEnd() {
        try {
            writeWhileReady();
        } catch (IOException | RuntimeException | Error e) {
            end();
        }
    }

    private void writeWhileReady() throws IOException {
        while (!ended) {
            byte[] bytes = piece;
            if (failure != null) {
                end();
            } else if (!started || bytes == null || !out.isReady()) {
                return;
            } else if (written < end) {
                int count = Math.min(end - written, MAX_WRITE_BYTES);
                progress.incrementAndGet();
                out.write(bytes, written, count);
                written += count;
            } else if (left == 0 || reader.isAtEnd()) {
                end();
            } else {
                piece = null;
                read();
                return;
            }
        }
    }

    private void read() {
        reader.read()
                .whenCompleteAsync(
                        (deltas, error) -> {
                            progress.incrementAndGet();
                            if (deltas != null) {
                                piece = partOf(deltas);
                            } else if (hasLength) {
                                // The client sees that bytes are missing.
                                failure = error;
                            } else {
                                endWith(BROKEN_OFF);
                            }
                            writer.run();
                        },
                        executor);
    }

    private byte[] partOf(List<Delta> deltas) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(encoder.encode(deltas));
        if (reader.isAtEnd()) {
            bytes.writeBytes(encoder.end());
        }
        written = (int) Math.min(skip, bytes.size());
        end = (int) Math.min(bytes.size(), written + Math.min(left, Integer.MAX_VALUE / 2));
        skip -= written;
        left -= end - written;
        return bytes.toByteArray();
    }

    private void endWith(byte[] last) {
        written = 0;
        end = last.length;
        left = 0;
        piece = last;
    }

    /** Runs in the writer only, so that no write is under way when the container takes the response back. */
    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        checks.remove(this);
        try {
            unregister.run();
            whenEnded.run();
        } finally {
            complete();
        }
    }

    private void complete() {
        try {
            exchange.complete();
        } catch (IllegalStateException e) {
            // The container has completed the response already.
        }
    }

    @Override
    public void accept(long now) {
        int made = progress.get();
        if (made != checkedProgress) {
            checkedProgress = made;
            checkedAt = now;
        } else if (now - checkedAt >= stallNanos) {
            abort(new TimeoutException("The reader took no byte for the stall time"));
        }
    }

    @Override
    public void onError(Throwable error) {
        abort(error);
    }
}
