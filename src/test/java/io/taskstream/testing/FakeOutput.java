package io.taskstream.testing;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Non-blocking output that records what is written and accepts bytes when told. It rejects what the Servlet specification
 * forbids: to write before the first call-back, without having been found ready, by two threads at once, or after the end.
 */
public final class FakeOutput extends ServletOutputStream {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> violations = new ArrayList<>();
    private final Executor callBacks;
    private Runnable afterWrite = () -> {};
    private WriteListener listener;
    private boolean called;
    private boolean ready = true;
    private boolean foundReady;
    private boolean callBackIsOwed;
    private boolean ended;
    private Thread writing;
    private IOException failure;
    private int flushes;
    private int writes;

    /**
     * @param callBacks runs what the container calls
     */
    public FakeOutput(Executor callBacks) {
        this.callBacks = callBacks;
    }

    /** Output whose container calls back at once. */
    public FakeOutput() {
        this(Runnable::run);
    }

    /** Is run after each write, by the thread that wrote. */
    public synchronized void afterWrite(Runnable action) {
        afterWrite = action;
    }

    /** From now on writing fails. */
    public synchronized void failWith(IOException error) {
        failure = error;
    }

    /** Accepts bytes, or accepts none. Calls the listener back if that was asked for. */
    public void setReady(boolean isReady) {
        synchronized (this) {
            ready = isReady;
            if (!ready || !callBackIsOwed) {
                return;
            }
            callBackIsOwed = false;
        }
        callBack();
    }

    private void callBack() {
        callBacks.execute(() -> {
            WriteListener called = calledListener();
            try {
                called.onWritePossible();
            } catch (IOException e) {
                called.onError(e);
            }
        });
    }

    private synchronized WriteListener calledListener() {
        called = true;
        return listener;
    }

    synchronized void end() {
        ended = true;
    }

    /** What was written so far. */
    public synchronized String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** What was written since this was called last. */
    public synchronized String takeText() {
        String text = text();
        bytes.reset();
        return text;
    }

    public synchronized int flushes() {
        return flushes;
    }

    public synchronized int writes() {
        return writes;
    }

    /** What was done against the Servlet specification. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public void setWriteListener(WriteListener newListener) {
        synchronized (this) {
            listener = newListener;
        }
        callBack();
    }

    @Override
    public synchronized boolean isReady() {
        check(called, "isReady before the first call-back");
        foundReady = ready;
        callBackIsOwed |= !ready;
        return ready;
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
        Runnable action;
        synchronized (this) {
            beginWriting();
            bytes.write(data, offset, length);
            writes++;
            foundReady = false;
            action = afterWrite;
        }
        action.run();
        synchronized (this) {
            writing = null;
        }
    }

    private void beginWriting() throws IOException {
        check(called, "a write before the first call-back");
        check(foundReady, "a write without isReady");
        check(!ended, "a write after the end");
        check(writing == null, "two writes at once");
        if (failure != null) {
            throw failure;
        }
        writing = Thread.currentThread();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void flush() throws IOException {
        check(foundReady, "a flush without isReady");
        foundReady = false;
        flushes++;
        if (failure != null) {
            throw failure;
        }
    }

    private void check(boolean holds, String violation) {
        if (!holds) {
            violations.add(violation);
            throw new IllegalStateException(violation);
        }
    }
}
