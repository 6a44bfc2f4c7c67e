package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.embedded.journal.Journal;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes all queued requests, writes their changes to the journal as one commit group, forces the journal, applies the changes to
 * the cache, and only then completes the requests. The more publishers wait for the disk, the more requests share one force.
 *
 * <p>The commit thread does that, or a publisher's thread while nobody else commits ({@link #submitHere}), which saves two
 * wake-ups. It commits one group, so that only the disk delays it, and leaves the rest to the commit thread.
 *
 * <p>If anything fails before the group is in the journal, the group did not happen: its requests fail with
 * {@link EventLogException.Unavailable}, and the committer tries to begin a new segment until it succeeds. The new segment
 * supersedes what the old one holds of the group. A failure after that ends the log until the next start, which recovers from
 * the journal.
 */
final class Committer implements Runnable {

    private static final Logger LOG = System.getLogger(Committer.class.getName());
    private static final int MAX_GROUP_BYTES = 4 << 20;
    private static final long FORCE_INTERVAL_MILLIS = 1_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long FULL_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private final Deque<WriteRequest<?>> requests = new ConcurrentLinkedDeque<>();
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Journal journal;
    private final CommitGroup group;
    private final EmbeddedOptions options;
    private final DirtyBudget budget;
    private final InstantSource time;
    private final CommitTimes times;
    private final CommitTrouble trouble = new CommitTrouble();

    private volatile boolean waiting;
    private volatile boolean closing;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    /** Held by the thread that commits, and by the commit thread unless it waits. Who releases it then looks for requests. */
    private final Semaphore committing = new Semaphore(1);

    // Guarded by `committing`.
    private final List<WriteRequest<?>> groupRequests = new ArrayList<>();
    private Set<CachedTask> dirty = new LinkedHashSet<>();
    private long lastNumber;
    private long forcedAt;
    private boolean sleepsLong;

    /**
     * @param lastNumber the number of the last group in the journal
     * @param dirty the dirty tasks
     */
    Committer(
            Journal journal,
            CommitGroup group,
            EmbeddedOptions options,
            DirtyBudget budget,
            InstantSource time,
            CommitTimes times,
            long lastNumber,
            Set<CachedTask> dirty) {
        this.journal = journal;
        this.group = group;
        this.options = options;
        this.budget = budget;
        this.time = time;
        this.times = times;
        this.forcedAt = time.millis();
        this.lastNumber = lastNumber;
        this.dirty.addAll(dirty);
    }

    /** Returns why commits fail, {@code null} if they succeed. */
    @Nullable
    String trouble() {
        return trouble.text();
    }

    /** Returns why nothing is committed until the next start, {@code null} if commits are possible. */
    @Nullable
    String failure() {
        return trouble.failure() == null ? null : trouble.text();
    }

    /** Ends all commits, since the heap may differ from the journal or checkpoints have ended. Any thread may call it. */
    void fail(Throwable cause) {
        trouble.fail(cause, this::close);
    }

    <T> CompletableFuture<T> submit(WriteRequest<T> request) {
        enqueue(request);
        return request.answer();
    }

    /** Submits a request, and commits it on this thread if no other is committing. May wait for the disk. */
    <T> CompletableFuture<T> submitHere(WriteRequest<T> request) {
        if (!committing.tryAcquire()) {
            return submit(request);
        }
        requests.add(request);
        // An interrupt would close the journal's file.
        boolean wasInterrupted = Thread.interrupted();
        boolean leavesWork;
        try {
            if (commands.isEmpty() && !closing && !budget.isFull() && journal.isOpen()) {
                commit();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            leavesWork = sleepsLong && !isSettled();
            committing.release();
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (leavesWork || !requests.isEmpty() || !commands.isEmpty()) {
            wakeUp();
        }
        if (closed) {
            failAll();
        }
        return request.answer();
    }

    /** Submits a request whose answer the caller already has. */
    void enqueue(WriteRequest<?> request) {
        requests.add(request);
        wakeUp();
        if (closed) {
            failAll();
        }
    }

    /** Runs a command on the commit thread between two groups. */
    <T> CompletableFuture<T> runOnCommitThread(Callable<T> command) {
        var answer = new CompletableFuture<T>();
        commands.add(() -> {
            try {
                if (trouble.failure() != null) {
                    throw trouble.refusal();
                }
                answer.complete(command.call());
            } catch (Exception | Error e) {
                answer.completeExceptionally(e);
            }
        });
        wakeUp();
        if (closed) {
            answer.completeExceptionally(trouble.refusal());
        }
        return answer;
    }

    private void wakeUp() {
        if (waiting && committing.availablePermits() > 0) {
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
            groupRequests.forEach(request -> request.fail(trouble.refusal()));
            runCommands();
            failAll();
            journal.close();
        }
    }

    private void work() {
        thread = Thread.currentThread();
        committing.acquireUninterruptibly();
        while (trouble.failure() == null && (!closing || !requests.isEmpty())) {
            // It would close the journal's file and make every wait return at once. Only close() ends the thread.
            if (Thread.interrupted()) {
                LOG.log(Level.DEBUG, "The commit thread was interrupted, and continues");
            }
            runCommands();
            if (budget.isFull() && !closing) {
                LockSupport.parkNanos(FULL_PAUSE);
            } else if (!requests.isEmpty()) {
                commit();
            } else {
                pause();
            }
        }
    }

    private void conclude() {
        if (trouble.failure() != null) {
            return;
        }
        try {
            journal.conclude();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The log's journal can't be closed properly; the next start checks it", e);
        }
    }

    private void runCommands() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    private void collect() {
        groupRequests.clear();
        group.begin();
        WriteRequest<?> request = requests.poll();
        while (request != null) {
            groupRequests.add(request);
            request.stage(group);
            request = group.length() < MAX_GROUP_BYTES ? requests.poll() : null;
        }
    }

    private void commit() {
        long lastGoodOffset = journal.writeOffset();
        times.beginGroup();
        try {
            collect();
            if (group.length() > 0) {
                budget.check();
                openJournal();
                lastGoodOffset = journal.writeOffset();
                journal.write(lastNumber + 1, group.journal());
                if (options.durability() == Durability.SYNC) {
                    journal.force();
                }
                journal.confirm(lastNumber + 1);
            }
        } catch (ClosedByInterruptException e) {
            queueAgain(lastGoodOffset);
            return;
        } catch (IOException | RuntimeException | Error e) {
            failGroup(lastGoodOffset, e);
            return;
        }
        // Also without bytes: an upload that was heard of is not in the journal.
        budget.add(group.apply());
        if (group.length() > 0) {
            lastNumber++;
            dirty.addAll(group.changed());
            times.endGroup();
        }
        groupRequests.forEach(WriteRequest::complete);
        groupRequests.clear();
        forceIfDue();
    }

    /** Opens the journal if possible; otherwise the commit thread tries again. */
    void tryToOpenJournal() {
        try {
            openJournal();
        } catch (IOException | RuntimeException | Error e) {
            trouble.begin(e);
        }
    }

    private void openJournal() throws IOException {
        if (!journal.isOpen()) {
            journal.begin(lastNumber + 1);
            trouble.end();
        }
    }

    /** An interrupt of this thread, as of a server that stops, has closed the journal's file: the commit thread repeats the group. */
    private void queueAgain(long lastGoodOffset) {
        journal.abandonSegment(lastGoodOffset);
        for (int i = groupRequests.size() - 1; i >= 0; i--) {
            requests.addFirst(groupRequests.get(i));
        }
        groupRequests.clear();
    }

    private void failGroup(long lastGoodOffset, Throwable cause) {
        EventLogException refusal;
        if (cause instanceof EventLogException full) {
            refusal = full;
        } else {
            refusal = trouble.begin(cause);
            journal.abandonSegment(lastGoodOffset);
        }
        groupRequests.forEach(request -> request.fail(refusal));
        groupRequests.clear();
    }

    private void forceIfDue() {
        if (options.durability() != Durability.INTERVAL || !journal.isUnforced()) {
            return;
        }
        long now = time.millis();
        // The absolute value, in case the clock was set back.
        if (Math.abs(now - forcedAt) < FORCE_INTERVAL_MILLIS) {
            return;
        }
        try {
            journal.force();
            forcedAt = now;
        } catch (IOException | RuntimeException | Error e) {
            trouble.begin(e);
            journal.abandonSegment(journal.writeOffset());
        }
    }

    /** Returns whether the journal needs neither to be opened nor to be forced. */
    private boolean isSettled() {
        return journal.isOpen() && !journal.isUnforced();
    }

    /** Waits for requests; only shortly while the journal is closed or unforced. */
    private void pause() {
        forceIfDue();
        tryToOpenJournal();
        sleepsLong = isSettled();
        waiting = true;
        committing.release();
        if (requests.isEmpty() && commands.isEmpty() && !closing) {
            LockSupport.parkNanos(sleepsLong ? 60 * SECOND : SECOND / 4);
        }
        waiting = false;
        committing.acquireUninterruptibly();
    }

    /** Begins a new segment if the current one is large, and returns what the store lacks. Only on the commit thread. */
    Checkpoint beginCheckpoint() throws IOException {
        if (journal.isOpen() && journal.writeOffset() >= options.segmentBytes()) {
            journal.begin(lastNumber + 1);
        }
        var checkpoint = new Checkpoint(
                lastNumber,
                group.nextOrdinal(),
                // A clean task may have been evicted, and be cached again as another object.
                dirty.stream()
                        .filter(CachedTask::isDirty)
                        .map(CachedTask::dirty)
                        .toList());
        // Last: if a line above fails, no dirty task is forgotten.
        dirty = new LinkedHashSet<>();
        return checkpoint;
    }

    /** Adds tasks that are still dirty to the next checkpoint. Only on the commit thread. */
    void putBack(Collection<CachedTask> tasks) {
        try {
            tasks.stream().filter(CachedTask::isDirty).forEach(dirty::add);
        } catch (RuntimeException | Error e) {
            // The next checkpoint would delete journal segments that the store lacks changes of.
            fail(e);
            throw e;
        }
    }

    private void failAll() {
        EventLogException refusal = trouble.refusal();
        for (WriteRequest<?> request = requests.poll(); request != null; request = requests.poll()) {
            request.fail(refusal);
        }
    }

    /** Closes the journal of a committer whose thread was never started. */
    void closeUnstarted() {
        journal.close();
    }

    /** Ends the thread once the queued requests are committed. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
    }
}
