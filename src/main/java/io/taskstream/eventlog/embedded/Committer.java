package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The committing thread. It takes all orders that have come in meanwhile, writes what they change as one group to the
 * journal, brings that to the disk, shows it, and only then answers. So the more publishers wait for the disk, the more
 * of them one turn of it serves.
 *
 * <p>If the journal fails, or anything else before the group is in it, the group never was: its orders are answered
 * {@link EventLogException.Unavailable}, and a new segment is tried, again and again, which takes the place of what the old
 * one held of it. What fails behind that, ends the log: a start brings it to what the journal has.
 */
final class Committer implements Runnable {

    private static final Logger LOG = System.getLogger(Committer.class.getName());
    private static final int LARGEST_GROUP = 4 << 20;
    private static final long INTERVAL_MILLIS = 1_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long FULL_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private static final String FAILED = "The log has failed, and needs the server to be started again";

    private final Queue<WriteRequest<?>> orders = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Journal journal;
    private final CommitGroup staging;
    private final Durability durability;
    private final DirtyBudget unstored;
    private final InstantSource time;

    /** Made beforehand: the heap may be full when it is needed. */
    private final EventLogException bareFailure = new EventLogException.Unavailable(FAILED, null);

    private volatile boolean waiting;
    private volatile boolean closing;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;
    private volatile @Nullable String trouble;
    private volatile @Nullable EventLogException failure;

    // Touched by the committing thread only.
    private final List<WriteRequest<?>> group = new ArrayList<>();
    private Set<CachedTask> changed = new LinkedHashSet<>();
    private long lastNumber;
    private long forcedAt;

    /**
     * @param lastNumber of the last group in the journal
     * @param changed tasks of which the store does not have everything
     */
    Committer(
            Journal journal,
            CommitGroup staging,
            Durability durability,
            DirtyBudget unstored,
            InstantSource time,
            long lastNumber,
            Set<CachedTask> changed) {
        this.journal = journal;
        this.staging = staging;
        this.durability = durability;
        this.unstored = unstored;
        this.time = time;
        this.forcedAt = time.millis();
        this.lastNumber = lastNumber;
        this.changed.addAll(changed);
    }

    /** What keeps it from committing, {@code null} if nothing does. */
    @Nullable
    String trouble() {
        String failed = failure();
        return failed == null ? trouble : failed;
    }

    /** Why it commits nothing any more until the log is opened anew, {@code null} if it does. */
    @Nullable
    String failure() {
        EventLogException failed = failure;
        return failed == null ? null : failed.getMessage();
    }

    /**
     * Commits nothing from now on, since what the heap holds may not be what the journal has, or is not stored any more. By
     * any thread.
     */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = bareFailure;
            close();
            failure = new EventLogException.Unavailable(FAILED + ": " + cause, cause);
            LOG.log(Level.ERROR, "The log has failed, and accepts nothing until the server is started again", cause);
        }
    }

    <T> CompletableFuture<T> submit(WriteRequest<T> order) {
        enter(order);
        return order.answer();
    }

    /** The same for one whose answer the caller has. */
    void enter(WriteRequest<?> order) {
        orders.add(order);
        wakeUp();
        if (closed) {
            failAll();
        }
    }

    /** Runs something between two groups. */
    <T> CompletableFuture<T> runOnCommitThread(Callable<T> command) {
        var answer = new CompletableFuture<T>();
        commands.add(() -> {
            try {
                EventLogException failed = failure;
                if (failed != null) {
                    throw failed;
                }
                answer.complete(command.call());
            } catch (Exception | Error e) {
                answer.completeExceptionally(e);
            }
        });
        wakeUp();
        if (closed) {
            answer.completeExceptionally(refusal());
        }
        return answer;
    }

    private void wakeUp() {
        if (waiting) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void run() {
        try {
            work();
            conclude();
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            closed = true;
            group.forEach(order -> order.fail(refusal()));
            runCommands();
            failAll();
            journal.close();
        }
    }

    private void work() {
        thread = Thread.currentThread();
        while (failure == null && (!closing || !orders.isEmpty())) {
            clearInterrupt();
            runCommands();
            if (unstored.isFull() && !closing) {
                LockSupport.parkNanos(FULL_PAUSE);
            } else if (!orders.isEmpty()) {
                commit();
            } else {
                pause();
            }
        }
    }

    /** Only {@link #close()} ends the thread. An interrupt would close the journal's file, and make each wait return at once. */
    private static void clearInterrupt() {
        if (Thread.interrupted()) {
            LOG.log(Level.DEBUG, "The committing thread was interrupted, and goes on");
        }
    }

    private void conclude() {
        if (failure != null) {
            return;
        }
        try {
            journal.conclude();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The log's journal can't be closed as it should be", e);
        }
    }

    private void runCommands() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    private void collect() {
        group.clear();
        staging.begin();
        WriteRequest<?> order = orders.poll();
        while (order != null) {
            group.add(order);
            order.stage(staging);
            order = staging.length() < LARGEST_GROUP ? orders.poll() : null;
        }
    }

    /** Until the group is in the journal nothing has happened, whatever fails. Behind that nothing may fail. */
    private void commit() {
        long lastGoodOffset = journal.end();
        try {
            collect();
            if (staging.length() > 0) {
                unstored.check();
                openJournal();
                lastGoodOffset = journal.end();
                journal.write(lastNumber + 1, staging.journal());
                if (durability == Durability.SYNC) {
                    journal.force();
                }
                journal.confirm(lastNumber + 1);
            }
        } catch (IOException | RuntimeException | Error e) {
            giveUp(lastGoodOffset, e);
            return;
        }
        if (staging.length() > 0) {
            lastNumber++;
            changed.addAll(staging.changed());
            unstored.add(staging.publish());
        }
        group.forEach(WriteRequest::complete);
        group.clear();
        forceIfDue();
    }

    /** Opens the journal, if that can be done; if not, it is tried again. */
    void begin() {
        if (!journal.isOpen()) {
            try {
                openJournal();
            } catch (IOException | RuntimeException | Error e) {
                note(e);
            }
        }
    }

    private void openJournal() throws IOException {
        if (!journal.isOpen()) {
            journal.begin(lastNumber + 1);
            if (trouble != null) {
                trouble = null;
                LOG.log(Level.INFO, "The log can be written again");
            }
        }
    }

    private void giveUp(long lastGoodOffset, Throwable cause) {
        EventLogException refusal;
        if (cause instanceof EventLogException full) {
            refusal = full;
        } else {
            note(cause);
            journal.abandonSegment(lastGoodOffset);
            refusal = new EventLogException.Unavailable(describe(cause), cause);
        }
        group.forEach(order -> order.fail(refusal));
        group.clear();
    }

    private void note(Throwable cause) {
        if (trouble == null) {
            LOG.log(Level.ERROR, "The log can't be written; nothing is accepted until it can", cause);
        }
        trouble = describe(cause);
    }

    private static String describe(Throwable cause) {
        return "The log can't be written: " + (cause instanceof IOException ? cause.getMessage() : cause);
    }

    private void forceIfDue() {
        if (durability != Durability.INTERVAL || !journal.isUnforced()) {
            return;
        }
        long now = time.millis();
        // Also if the clock was set back.
        if (Math.abs(now - forcedAt) < INTERVAL_MILLIS) {
            return;
        }
        try {
            journal.force();
            forcedAt = now;
        } catch (IOException | RuntimeException | Error e) {
            note(e);
            journal.abandonSegment(journal.end());
        }
    }

    /** Waits for orders; while the journal is unusable or unforced, not for long. */
    private void pause() {
        forceIfDue();
        begin();
        waiting = true;
        if (orders.isEmpty() && commands.isEmpty() && !closing) {
            LockSupport.parkNanos(journal.isOpen() && !journal.isUnforced() ? 60 * SECOND : SECOND / 4);
        }
        waiting = false;
    }

    /**
     * Begins a new segment. Answers the number of the last group in those before, and what has changed since this was last
     * done. Only as a command.
     */
    Checkpoint beginCheckpoint() throws IOException {
        if (journal.isOpen()) {
            journal.begin(lastNumber + 1);
        }
        var beginCheckpoint = new Checkpoint(
                lastNumber,
                staging.nextOrdinal(),
                // One of which the store has everything may have left the heap, and its task be here as another object.
                changed.stream()
                        .filter(CachedTask::isUnstored)
                        .map(CachedTask::unstored)
                        .toList());
        // Not before: should it fail, nothing is forgotten.
        changed = new LinkedHashSet<>();
        return beginCheckpoint;
    }

    /** Remembers that those are still to be stored, but for what the store has everything of. Only as a command. */
    void putBack(Collection<CachedTask> tasks) {
        try {
            tasks.stream().filter(CachedTask::isUnstored).forEach(changed::add);
        } catch (RuntimeException | Error e) {
            // The journal would be deleted though the store has not everything of it.
            fail(e);
            throw e;
        }
    }

    /**
     * What the store has to take to have everything up to a group.
     *
     * @param number of that group
     */
    record Checkpoint(long number, long nextOrdinal, List<DirtyTask> unstored) {}

    private void failAll() {
        EventLogException refusal = refusal();
        for (WriteRequest<?> order = orders.poll(); order != null; order = orders.poll()) {
            order.fail(refusal);
        }
    }

    private EventLogException refusal() {
        EventLogException failed = failure;
        return failed == null ? new EventLogException.Unavailable("The log is closed", null) : failed;
    }

    /** Lets go of the journal, if the thread was never started. */
    void abandon() {
        journal.close();
    }

    /** Takes no further order; what has come in is still done. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
    }
}
