package io.taskstream.access;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes all requests together may have sent that are not in the log yet, so that they never fill the heap,
 * however many send half of something. Thread-safe; nobody is held in here.
 */
public final class ByteBudget {

    private final AtomicLong held = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final long most;

    /**
     * @param most bytes, at least 1
     */
    public ByteBudget(long most) {
        this.most = most;
    }

    /** How many bytes are held now. */
    public long held() {
        return held.get();
    }

    /** What one request holds, which is nothing yet. */
    public Share share() {
        return new Share();
    }

    /** Lets all who wait try again; to be called now and then, for who was called last may have had no more use for it. */
    public void callAll() {
        for (int i = waiting.size(); i > 0; i--) {
            callOne();
        }
    }

    private void callOne() {
        Runnable first = waiting.poll();
        if (first != null) {
            first.run();
        }
    }

    private boolean take(long bytes) {
        long before = held.get();
        while (before + bytes <= most) {
            if (held.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = held.get();
        }
        return false;
    }

    /** What one request holds until it {@linkplain #close() closes}. Thread-safe. */
    public final class Share implements AutoCloseable {

        private long bytes;
        private boolean closed;

        private Share() {}

        /** Takes so many more. Answers whether they were there; if not, nothing is taken. */
        public boolean take(long more) {
            if (!tryTake(more)) {
                return false;
            }
            // There may be room for the next as well.
            callOne();
            return true;
        }

        private synchronized boolean tryTake(long more) {
            if (closed || !ByteBudget.this.take(more)) {
                return false;
            }
            bytes += more;
            return true;
        }

        /**
         * The same for one who can wait.
         *
         * @param whenSome is run, by any thread, when it may be worth trying again, if nothing was taken
         */
        public boolean takeOrWait(long more, Runnable whenSome) {
            if (take(more)) {
                return true;
            }
            waiting.add(whenSome);
            // What was given back meanwhile has called nobody.
            if (held.get() + more <= most) {
                callOne();
            }
            return false;
        }

        /** Holds exactly so many from now on, and gives back the others; more than there are, if they have come already. */
        public void keep(long exactly) {
            if (set(exactly) < 0) {
                callOne();
            }
        }

        private synchronized long set(long exactly) {
            long change = closed ? 0 : exactly - bytes;
            bytes += change;
            held.addAndGet(change);
            return change;
        }

        /** Gives all back, for good. */
        @Override
        public void close() {
            synchronized (this) {
                set(0);
                closed = true;
            }
            callOne();
        }
    }
}
