package io.taskstream.access.limit;

import io.taskstream.access.Grant;
import io.taskstream.access.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The number of bytes that all requests together may have sent that are not in the log yet, so that half-sent bodies never
 * fill the heap. Thread-safe; never blocks.
 *
 * <p>No caller gets more than it leaves free for all others. So a caller alone may hold half, and a caller that holds
 * little finds room. While some wait, those that {@linkplain Allocation#takeOrWait take or wait} do so in turns: a request that
 * takes part after part would else leave nothing to one that has just been told of free room.
 *
 * <p>A part is reserved for one waiting request at a time. Where all requests hold a part of what they need, that one can
 * finish and give its bytes back. It also can read, which is how a closed connection is noticed.
 */
public final class ByteBudget {

    private final long common;
    private final long reserved;

    // All that follows, and the state of callers and allocations, is guarded by this.
    private final Map<String, Caller> callers = new HashMap<>();
    private final Set<Caller> waiting = new LinkedHashSet<>();
    private long taken;
    private long borrowed;

    /** How many requests were told of free room and have not tried again. */
    private int called;

    /** The request that uses the reserve; {@code null} if none does. */
    private @Nullable Allocation borrower;

    /**
     * @param total bytes, at least 1
     * @param reserved the part for one waiting request at a time; less than {@code total}
     */
    public ByteBudget(long total, long reserved) {
        this.common = total - reserved;
        this.reserved = reserved;
    }

    /** Returns the number of bytes that all requests hold. */
    public synchronized long held() {
        return taken + borrowed;
    }

    /**
     * Returns the allocation of one request, which is empty at first.
     *
     * @param grant of the sender: all requests of a subject count together
     * @param address counts instead if there is no subject
     */
    public synchronized Allocation allocate(Grant grant, String address) {
        String name = grant.hasSubject() ? grant.subject() : Network.ofClient(address);
        Caller caller = callers.computeIfAbsent(name, Caller::new);
        caller.allocations++;
        return new Allocation(caller);
    }

    /**
     * Lets all waiting requests try again for which there is room. To be called periodically, since a request that was
     * told of free room may have ended without using it.
     */
    public void callAll() {
        List<Runnable> all = new ArrayList<>();
        for (Runnable next = next(); next != null; next = next()) {
            all.add(next);
        }
        all.forEach(Runnable::run);
    }

    private void callOne() {
        Runnable next = next();
        if (next != null) {
            next.run();
        }
    }

    /** Removes the first waiting request for which there is room, of the callers in turn; {@code null} if there is none. */
    private synchronized @Nullable Runnable next() {
        Allocation allocation = firstWithRoom().orElse(null);
        if (allocation == null) {
            return null;
        }
        allocation.stopWaiting();
        allocation.setCalled(true);
        // The other callers come before this caller's next request.
        if (waiting.remove(allocation.caller)) {
            waiting.add(allocation.caller);
        }
        return allocation.whenRoom;
    }

    private Optional<Allocation> firstWithRoom() {
        return waiting.stream()
                .map(caller -> caller.waiting.iterator().next())
                .filter(first -> first.fits(first.wanted) || first.mayBorrow(first.wanted))
                .findFirst();
    }

    /** A subject, or an address. */
    private static final class Caller {

        private final String name;
        private final Set<Allocation> waiting = new LinkedHashSet<>();
        private int allocations;

        /** Without borrowed bytes. */
        private long taken;

        Caller(String name) {
            this.name = name;
        }
    }

    /** The bytes of one request, until it {@linkplain #close() closes}. Thread-safe. */
    public final class Allocation implements AutoCloseable {

        private final Caller caller;
        private long bytes;
        private boolean closed;

        /** Whether it was told of free room, and has not tried again. */
        private boolean isCalled;

        // While it waits.
        private long wanted;
        private Runnable whenRoom = () -> {};

        private Allocation(Caller caller) {
            this.caller = caller;
        }

        /**
         * Takes that many more bytes.
         *
         * @return false if there is no room, and nothing was taken
         */
        public boolean take(long more) {
            synchronized (ByteBudget.this) {
                if (closed || !addIfItFits(more)) {
                    return false;
                }
            }
            // There may be room for the next as well.
            callOne();
            return true;
        }

        /**
         * Takes that many more bytes, of the reserve too, or waits for room and its turn.
         *
         * @param more 1 or more
         * @param whenRoom run once, on any thread, when it is worth trying again
         * @return false if it waits or is closed, and nothing was taken
         */
        public boolean takeOrWait(long more, Runnable whenRoom) {
            boolean isTaken;
            synchronized (ByteBudget.this) {
                if (closed) {
                    return false;
                }
                boolean isItsTurn = isCalled
                        || borrower == this
                        || (called == 0 && firstWithRoom().isEmpty());
                setCalled(false);
                isTaken = isItsTurn && (addIfItFits(more) || borrow(more));
                if (isTaken) {
                    stopWaiting();
                } else {
                    this.wanted = more;
                    this.whenRoom = whenRoom;
                    caller.waiting.add(this);
                    waiting.add(caller);
                }
            }
            callOne();
            return isTaken;
        }

        private boolean addIfItFits(long more) {
            if (!fits(more)) {
                return false;
            }
            add(more);
            return true;
        }

        private boolean borrow(long more) {
            if (!mayBorrow(more)) {
                return false;
            }
            borrower = this;
            borrowed += more;
            bytes += more;
            return true;
        }

        private boolean fits(long more) {
            return caller.taken + more <= common - taken - more;
        }

        private boolean mayBorrow(long more) {
            return (borrower == null || borrower == this) && borrowed + more <= reserved;
        }

        private void add(long more) {
            bytes += more;
            caller.taken += more;
            taken += more;
        }

        private void setCalled(boolean now) {
            called += (now ? 1 : 0) - (isCalled ? 1 : 0);
            isCalled = now;
        }

        private void stopWaiting() {
            caller.waiting.remove(this);
            if (caller.waiting.isEmpty()) {
                waiting.remove(caller);
            }
        }

        /** Sets the size of the allocation, even above what is free, for bytes that have arrived already. */
        public void keep(long exactly) {
            boolean isLess;
            synchronized (ByteBudget.this) {
                isLess = exactly < bytes;
                set(exactly);
            }
            if (isLess) {
                callOne();
            }
        }

        private void set(long exactly) {
            if (closed) {
                return;
            }
            if (borrower == this) {
                long repaid = Math.min(Math.max(bytes - exactly, 0), borrowed);
                borrowed -= repaid;
                bytes -= repaid;
                borrower = borrowed == 0 ? null : this;
            }
            add(exactly - bytes);
        }

        /** Gives all bytes back, and takes none any more. */
        @Override
        public void close() {
            synchronized (ByteBudget.this) {
                if (closed) {
                    return;
                }
                set(0);
                closed = true;
                setCalled(false);
                stopWaiting();
                caller.allocations--;
                if (caller.allocations == 0) {
                    callers.remove(caller.name);
                }
            }
            callOne();
        }
    }
}
