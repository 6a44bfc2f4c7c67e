package io.taskstream.access;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes all requests together may have sent that are not in the log yet, so that they never fill the heap,
 * however many send half of something. Thread-safe; nobody is held in here.
 *
 * <p>Some of it is reserved for one at a time of those who wait: where all hold a part of what they need, one can go on,
 * end, and give back what the next needs. It also is how a connection that has gone is noticed, for that takes a read.
 */
public final class ByteBudget {

    private final AtomicLong held = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Share> first = new AtomicReference<>();
    private final long most;
    private final long common;

    /**
     * @param most bytes, at least 1
     * @param reserved how many of them are for one at a time of those who wait; 0 or more, and fewer than {@code most}
     */
    public ByteBudget(long most, long reserved) {
        this.most = most;
        this.common = most - reserved;
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

    private boolean take(long bytes, long room) {
        long before = held.get();
        while (before + bytes <= room) {
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
            if (!tryTake(more, common)) {
                return false;
            }
            // There may be room for the next as well.
            callOne();
            return true;
        }

        private synchronized boolean tryTake(long more, long room) {
            if (closed || !ByteBudget.this.take(more, room)) {
                return false;
            }
            bytes += more;
            return true;
        }

        /**
         * The same for one who can wait, and may take of what is reserved if nobody else does.
         *
         * @param whenSome is run, by any thread, when it may be worth trying again, if nothing was taken
         */
        public boolean takeOrWait(long more, Runnable whenSome) {
            if (take(more) || takeReserved(more)) {
                return true;
            }
            waiting.add(whenSome);
            // What was given back meanwhile has called nobody.
            if (held.get() + more <= common) {
                callOne();
            }
            return false;
        }

        private synchronized boolean takeReserved(long more) {
            boolean isFirst = !closed && (first.compareAndSet(null, this) || first.get() == this);
            return isFirst && tryTake(more, most);
        }

        /** Lets another be first, unless some of what is reserved is held. */
        private void stepBack() {
            if (held.get() <= common) {
                first.compareAndSet(this, null);
            }
        }

        /** Holds exactly so many from now on, and gives back the others; more than there are, if they have come already. */
        public void keep(long exactly) {
            long change = set(exactly);
            stepBack();
            if (change < 0) {
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
                first.compareAndSet(this, null);
            }
            callOne();
        }
    }
}
