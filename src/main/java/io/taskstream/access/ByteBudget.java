package io.taskstream.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes all requests together may have sent that are not in the log yet, so that they never fill the heap,
 * however many send half of something. Thread-safe; nobody is held in here.
 *
 * <p>Nobody gets more of it than they leave free for all others. So whoever holds little finds room, however much one
 * other would like to hold; and one alone may hold half.
 *
 * <p>Some of it is reserved for one at a time of those who wait: where all hold a part of what they need, one can go on,
 * end, and give back what the next needs. It also is how a connection that has gone is noticed, for that takes a read.
 */
public final class ByteBudget {

    private final long common;
    private final long reserved;

    // All that follows, and what belongs to holders and shares, is guarded by this.
    private final Map<String, Holder> holders = new HashMap<>();
    private final Set<Holder> waiting = new LinkedHashSet<>();
    private long taken;
    private long lent;

    /** To whom the reserve is lent; {@code null} if nothing of it is. */
    private @Nullable Share first;

    /**
     * @param most bytes, at least 1
     * @param reserved how many of them are for one at a time of those who wait; 0 or more, and fewer than {@code most}
     */
    public ByteBudget(long most, long reserved) {
        this.common = most - reserved;
        this.reserved = reserved;
    }

    /** How many bytes are held now. */
    public synchronized long held() {
        return taken + lent;
    }

    /**
     * What one request holds, which is nothing yet.
     *
     * @param grant of who sent it: all that a subject sends counts together
     * @param address where it came from, which stands for the subject where there is none
     */
    public synchronized Share share(Grant grant, String address) {
        String name = grant.isNamed() ? grant.subject() : Network.ofClient(address);
        Holder holder = holders.computeIfAbsent(name, Holder::new);
        holder.shares++;
        return new Share(holder);
    }

    /** Lets who waits and would find room try again; to be called now and then, for who was called may be no more. */
    public void callAll() {
        List<Runnable> all = new ArrayList<>();
        synchronized (this) {
            for (Runnable next = next(); next != null; next = next()) {
                all.add(next);
            }
        }
        all.forEach(Runnable::run);
    }

    private void callOne() {
        Runnable next = next();
        if (next != null) {
            next.run();
        }
    }

    /** Who is to try again, the holders in turn; {@code null} if nobody who waits would find room. */
    private synchronized @Nullable Runnable next() {
        Share share = waiting.stream()
                .map(holder -> holder.waiting.iterator().next())
                .filter(Share::wouldFindRoom)
                .findFirst()
                .orElse(null);
        if (share == null) {
            return null;
        }
        share.stopWaiting();
        // Its holder's next waits for the others first.
        if (waiting.remove(share.holder)) {
            waiting.add(share.holder);
        }
        return share.whenSome;
    }

    /** A subject, or an address. */
    private static final class Holder {

        private final String name;
        private final Set<Share> waiting = new LinkedHashSet<>();
        private int shares;

        /** Without what is lent. */
        private long taken;

        Holder(String name) {
            this.name = name;
        }
    }

    /** What one request holds until it {@linkplain #close() closes}. Thread-safe. */
    public final class Share implements AutoCloseable {

        private final Holder holder;
        private long bytes;
        private boolean closed;

        // While it waits.
        private long wanted;
        private Runnable whenSome = () -> {};

        private Share(Holder holder) {
            this.holder = holder;
        }

        /** Takes so many more. Answers whether they were there; if not, nothing is taken. */
        public boolean take(long more) {
            boolean fits;
            synchronized (ByteBudget.this) {
                fits = takeIfItFits(more);
            }
            if (fits) {
                // There may be room for the next as well.
                callOne();
            }
            return fits;
        }

        /**
         * The same for one who can wait, and may take of what is reserved if nobody else does.
         *
         * @param more 1 or more
         * @param whenSome is run once, by any thread, when it is worth trying again, if nothing was taken
         */
        public boolean takeOrWait(long more, Runnable whenSome) {
            synchronized (ByteBudget.this) {
                stopWaiting();
                if (!takeIfItFits(more) && !borrow(more)) {
                    await(more, whenSome);
                    return false;
                }
            }
            callOne();
            return true;
        }

        private boolean takeIfItFits(long more) {
            boolean fits = !closed && fits(more);
            if (fits) {
                add(more);
            }
            return fits;
        }

        private boolean borrow(long more) {
            boolean borrowed = !closed && mayBorrow(more);
            if (borrowed) {
                first = this;
                lent += more;
                bytes += more;
            }
            return borrowed;
        }

        private void await(long more, Runnable whenSome) {
            if (!closed) {
                this.wanted = more;
                this.whenSome = whenSome;
                holder.waiting.add(this);
                waiting.add(holder);
            }
        }

        private void stopWaiting() {
            holder.waiting.remove(this);
            if (holder.waiting.isEmpty()) {
                waiting.remove(holder);
            }
        }

        private boolean wouldFindRoom() {
            return fits(wanted) || mayBorrow(wanted);
        }

        private boolean fits(long more) {
            return holder.taken + more <= common - taken - more;
        }

        private boolean mayBorrow(long more) {
            return (first == null || first == this) && lent + more <= reserved;
        }

        private void add(long more) {
            bytes += more;
            holder.taken += more;
            taken += more;
        }

        /** Holds exactly so many from now on, and gives back the others; more than there are, if they have come already. */
        public void keep(long exactly) {
            boolean givesBack;
            synchronized (ByteBudget.this) {
                givesBack = exactly < bytes;
                set(exactly);
            }
            if (givesBack) {
                callOne();
            }
        }

        private void set(long exactly) {
            if (closed) {
                return;
            }
            if (first == this) {
                repay(bytes - exactly);
            }
            add(exactly - bytes);
        }

        private void repay(long most) {
            long repaid = Math.min(Math.max(most, 0), lent);
            lent -= repaid;
            bytes -= repaid;
            if (lent == 0) {
                first = null;
            }
        }

        /** Gives all back, for good. */
        @Override
        public void close() {
            synchronized (ByteBudget.this) {
                if (closed) {
                    return;
                }
                set(0);
                closed = true;
                leave();
            }
            callOne();
        }

        private void leave() {
            stopWaiting();
            holder.shares--;
            if (holder.shares == 0) {
                holders.remove(holder.name);
            }
        }
    }
}
