package io.taskstream.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The thread that copies output to the terminal and the spool. It waits for neither server nor network. */
final class Tee implements Runnable {

    private static final int BUFFER = 64 << 10;
    private static final int SILENCE_SECONDS = 5;

    private final InputStream output;
    private final OutputStream terminal;
    private final Spool spool;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean isReading;
    private final AtomicLong reads = new AtomicLong();

    Tee(InputStream output, OutputStream terminal, Spool spool) {
        this.output = output;
        this.terminal = terminal;
        this.spool = spool;
    }

    @Override
    public void run() {
        byte[] buffer = new byte[BUFFER];
        boolean isShown = true;
        try {
            for (int length = read(buffer); length >= 0; length = read(buffer)) {
                isShown = isShown && show(buffer, length);
                spool.append(buffer, length);
            }
        } catch (IOException e) {
            // The same as its end.
        } finally {
            end.countDown();
        }
    }

    private int read(byte[] buffer) throws IOException {
        isReading = true;
        int length = output.read(buffer);
        isReading = false;
        reads.incrementAndGet();
        return length;
    }

    /** Tells whether the terminal still takes output: a reader of a pipe may have ended. */
    private boolean show(byte[] buffer, int length) {
        try {
            terminal.write(buffer, 0, length);
            terminal.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits for the output's end. */
    void await() throws InterruptedException {
        end.await();
    }

    /** Waits for the end of the output of a command that has exited. Its children may hold the pipe open without writing. */
    void awaitAfterExit() throws InterruptedException {
        boolean isSilent = false;
        while (!isSilent) {
            long before = reads.get();
            if (end.await(SILENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
            isSilent = isReading && reads.get() == before;
        }
    }

    /** Ends the wait for the output's end. */
    void stop() {
        end.countDown();
    }
}
