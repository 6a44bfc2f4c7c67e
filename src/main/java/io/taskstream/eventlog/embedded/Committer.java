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
 * <p>If the journal fails, the group never was: its orders are answered {@link EventLogException.Unavailable}, and a new
 * segment is tried, again and again, which takes the place of what the old one held of it.
 */
final class Committer implements Runnable {

    private static final Logger LOG = System.getLogger(Committer.class.getName());
    private static final int LARGEST_GROUP = 4 << 20;
    private static final long INTERVAL_MILLIS = 1_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long FULL_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private final Queue<Order<?>> orders = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Journal journal;
    private final Staging staging;
    private final Durability durability;
    private final UnstoredBound unstored;
    private final InstantSource time;

    private volatile boolean waiting;
    private volatile boolean closing;
    private volatile boolean closed;
    private volatile boolean broken;
    private volatile @Nullable Thread thread;
    private volatile @Nullable String trouble;

    // Touched by the committing thread only.
    private final List<Order<?>> group = new ArrayList<>();
    private Set<LiveTask> changed = new LinkedHashSet<>();
    private long lastNumber;
    private long forcedAt;

    /**
     * @param lastNumber of the last group in the journal
     * @param changed tasks of which the store does not have everything
     */
    Committer(
            Journal journal,
            Staging staging,
            Durability durability,
            UnstoredBound unstored,
            InstantSource time,
            long lastNumber,
            Set<LiveTask> changed) {
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
        return trouble;
    }

    <T> CompletableFuture<T> submit(Order<T> order) {
        enter(order);
        return order.answer();
    }

    /** The same for one whose answer the caller has. */
    void enter(Order<?> order) {
        orders.add(order);
        wakeUp();
        if (closed) {
            failAll();
        }
    }

    /** Runs something between two groups. */
    <T> CompletableFuture<T> between(Callable<T> command) {
        var answer = new CompletableFuture<T>();
        commands.add(() -> {
            try {
                if (broken) {
                    throw new EventLogException.Unavailable("The log has failed", null);
                }
                answer.complete(command.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        wakeUp();
        if (closed) {
            answer.completeExceptionally(new IllegalStateException("The log is closed"));
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
            LOG.log(Level.ERROR, "The log has failed, and takes nothing until the server is started again", e);
            trouble = "The log has failed, and needs the server to be started again: " + e;
            broken = true;
            group.forEach(order -> order.fail(new EventLogException.Unavailable("The log has failed", e)));
        } finally {
            closed = true;
            runCommands();
            failAll();
            journal.close();
        }
    }

    private void work() {
        thread = Thread.currentThread();
        while (!closing || !orders.isEmpty()) {
            runCommands();
            if (unstored.isFull() && !closing) {
                LockSupport.parkNanos(FULL_PAUSE);
            } else if (collect()) {
                commit();
            } else {
                pause();
            }
        }
    }

    private void conclude() {
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

    /** Puts a group together. Answers whether there is anything to do. */
    private boolean collect() {
        group.clear();
        Order<?> order = orders.poll();
        if (order == null) {
            return false;
        }
        staging.begin();
        while (order != null) {
            group.add(order);
            order.stage(staging);
            order = staging.length() < LARGEST_GROUP ? orders.poll() : null;
        }
        return true;
    }

    private void commit() {
        if (staging.length() > 0) {
            long goodEnd = journal.end();
            try {
                unstored.check();
                openJournal();
                goodEnd = journal.end();
                journal.write(lastNumber + 1, staging.journal());
                if (durability == Durability.SYNC) {
                    journal.force();
                }
            } catch (IOException | RuntimeException e) {
                giveUp(goodEnd, e);
                return;
            }
            lastNumber++;
            changed.addAll(staging.changed());
            unstored.add(staging.publish());
        }
        group.forEach(Order::complete);
        forceIfDue();
    }

    /** Opens the journal, if that can be done; if not, it is tried again. */
    void begin() {
        if (!journal.isOpen()) {
            try {
                openJournal();
            } catch (IOException e) {
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

    private void giveUp(long goodEnd, Exception failure) {
        EventLogException refusal;
        if (failure instanceof EventLogException full) {
            refusal = full;
        } else {
            note(failure);
            journal.giveUp(goodEnd);
            refusal = new EventLogException.Unavailable("The log can't be written: " + failure.getMessage(), failure);
        }
        group.forEach(order -> order.fail(refusal));
    }

    private void note(Exception failure) {
        if (trouble == null) {
            LOG.log(Level.ERROR, "The log can't be written; nothing is accepted until it can", failure);
        }
        trouble = "The log can't be written: " + failure.getMessage();
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
        } catch (IOException e) {
            note(e);
            journal.giveUp(journal.end());
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
    Cut cut() throws IOException {
        if (journal.isOpen()) {
            journal.begin(lastNumber + 1);
        }
        Set<LiveTask> cut = changed;
        changed = new LinkedHashSet<>();
        return new Cut(
                lastNumber,
                staging.nextOrdinal(),
                // One of which the store has everything may have left the heap, and its task be here as another object.
                cut.stream()
                        .filter(LiveTask::isUnstored)
                        .map(LiveTask::unstored)
                        .toList());
    }

    /** Remembers that those are still to be stored, but for what the store has everything of. Only as a command. */
    void putBack(Collection<LiveTask> tasks) {
        tasks.stream().filter(LiveTask::isUnstored).forEach(changed::add);
    }

    /**
     * What the store has to take to have everything up to a group.
     *
     * @param number of that group
     */
    record Cut(long number, long nextOrdinal, List<Unstored> unstored) {}

    private void failAll() {
        var refusal = new EventLogException.Unavailable("The log is closed", null);
        for (Order<?> order = orders.poll(); order != null; order = orders.poll()) {
            order.fail(refusal);
        }
    }

    /** Takes no further order; what has come in is still done. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
    }
}
