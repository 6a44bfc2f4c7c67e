package io.taskstream.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The thread that copies output to the terminal and the spool. It waits for neither server nor network. */
final class Tee implements Runnable {

    private static final int BUFFER = 64 << 10;
    /** How often something is waited for that comes within the silence. */
    private static final int MOST_WAITS = 12;

    private final InputStream output;
    private final OutputStream terminal;
    private final Spool spool;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean isReading;
    private volatile boolean isWhole;
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
            isWhole = true;
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

    /**
     * Waits for the end of the output of a command that has exited. Its children may hold the pipe open, without writing or for
     * ever: the wait ends after a silence, or after some time. Time does not count in which the terminal takes nothing, since
     * the command's own output may be behind that.
     *
     * @param silence how long nothing must come; the whole wait lasts at most twelve times as long
     */
    void awaitAfterExit(Duration silence) throws InterruptedException {
        for (int waits = 0; waits < MOST_WAITS; ) {
            long before = reads.get();
            if (end.await(silence.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            boolean isNew = reads.get() != before;
            if (!isNew && isReading) {
                return;
            }
            waits += isNew ? 1 : 0;
        }
    }

    /** Tells whether the output was read to its end. */
    boolean isWhole() {
        return isWhole;
    }

    /** Ends the wait for the output's end. */
    void stop() {
        end.countDown();
    }
}
