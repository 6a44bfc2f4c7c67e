package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.metrics.LogUsage;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.h2.mvstore.MVStoreException;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * Keeps all events in files of one directory, which no other process may use. Appends go to a {@link Journal}, and are
 * durable with it; a store, in which everything is found fast, takes them from there in the background. The heap holds
 * what is recent, for tasks that are published to or watched, within bounds.
 */
public final class EmbeddedEventLog implements EventLog {

    private static final Logger LOG = System.getLogger(EmbeddedEventLog.class.getName());
    private static final String STORE = "events.mv";

    private final FilePath directory;
    private final StoreFile store;
    private final TaskCache live;
    private final LogReader reader;
    private final Listing listing;
    private final Committer committer;
    private final AppendQueue appends;
    private final Checkpointer storing;
    private final Thread committerThread;
    private final Thread storingThread;

    /**
     * Opens the log, and brings it to where it was when its process ended, however that was. If it can only be read, it is
     * opened too, and written as soon as that can be done.
     *
     * @param executor reads from the disk for viewers that are behind, and for appends that must look something up
     * @param threads makes the two threads that the engine needs
     * @param syncs measures how long the disk takes to keep what is appended
     * @throws EventLogException.Unavailable if the disk does not let it be opened at present
     * @throws IllegalStateException if it can't be opened; the message says why
     */
    public EmbeddedEventLog(
            EmbeddedOptions options,
            InstantSource time,
            RandomGenerator random,
            Executor executor,
            ThreadFactory threads,
            Stopwatch syncs) {
        directory = directory(options.directory());
        Retention retention = options.retention();
        var wakeUps = new Semaphore(0);
        var unstored = new DirtyBudget(wakeUps::release);
        store = StoreFile.open(FilePath.get(directory + "/" + STORE), options.cacheMegabytes(), time);
        Committer begun = null;
        Thread started = null;
        try {
            var recovery = Recovery.of(store, directory, retention, unstored, random);
            live = recovery.live();
            var staging = new CommitGroup(live, retention.keys(), time, random);
            staging.ordinalsFrom(recovery.nextOrdinal());
            begun = new Committer(
                    new Journal(directory, options.durability() == Durability.SYNC, syncs),
                    staging,
                    options.durability(),
                    unstored,
                    time,
                    recovery.last(),
                    recovery.changed());
            committer = begun;
            committer.begin();
            storing = new Checkpointer(
                    committer,
                    store,
                    live,
                    recovery.checkpointWriter(),
                    new RetentionSweep(store, live, retention, time),
                    new RecentSweep(live, options.recentBytes(), time),
                    unstored,
                    wakeUps);
            reader = new LogReader(live, store, executor, time);
            listing = new Listing(live, store);
            appends = new AppendQueue(live, store, committer, executor);
            committerThread = thread(threads, committer);
            storingThread = thread(threads, this::runStoring);
            committerThread.start();
            started = committerThread;
            storingThread.start();
        } catch (IOException e) {
            giveBack(store, begun, started);
            throw new EventLogException.Unavailable(
                    "The log's journal in " + directory + " can't be read: " + e.getMessage(), e);
        } catch (MVStoreException e) {
            giveBack(store, begun, started);
            throw new EventLogException.Unavailable("The log in " + directory + " can't be read: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            giveBack(store, begun, started);
            throw e;
        }
    }

    private static Thread thread(ThreadFactory threads, Runnable work) {
        Thread thread = threads.newThread(work);
        if (thread == null) {
            throw new IllegalStateException("The server gives the log no thread");
        }
        return thread;
    }

    /** Closes what was opened by a constructor that fails; it can be opened again. */
    private static void giveBack(StoreFile store, @Nullable Committer begun, @Nullable Thread started) {
        if (begun != null && started != null) {
            begun.close();
            if (join(started)) {
                Thread.currentThread().interrupt();
            }
        } else if (begun != null) {
            begun.abandon();
        }
        store.abandon();
    }

    private void runStoring() {
        try {
            storing.run();
        } catch (RuntimeException | Error e) {
            // Otherwise appends would wait for ever when the heap is full of what is not stored.
            committer.fail(e);
        }
    }

    private static FilePath directory(String name) {
        try {
            OwnerOnly.directories(Path.of(FilePath.get(name).unwrap().toString()));
        } catch (IOException | RuntimeException e) {
            throw new EventLogException.Unavailable(
                    "The log's directory " + name + " can't be made: " + e.getMessage(), e);
        }
        return FilePath.get(name);
    }

    @Override
    public boolean create(Task task) {
        CommitGroup.Creation creation = CommitGroup.Creation.UNKNOWN;
        // Another attempt is needed only if a task of that id has come and left the heap meanwhile.
        while (creation == CommitGroup.Creation.UNKNOWN) {
            long stamp = live.stamp(task.id());
            creation = reader.find(task.id()).isPresent()
                    ? CommitGroup.Creation.PRESENT
                    : waitFor(new WriteRequest<>(staging -> staging.create(task, stamp)));
        }
        return creation == CommitGroup.Creation.CREATED;
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        return reader.find(id);
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        return listing.list(query);
    }

    @Override
    public boolean delete(TaskId id) {
        CachedTask task = live.loadPinned(id);
        return task != null && waitFor(WriteRequest.deletion(task));
    }

    private <T> T waitFor(WriteRequest<T> order) {
        try {
            return committer.submit(order).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return appends.append(id, batch);
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        return reader.read(id, after, maxBytes);
    }

    @Override
    public List<StoredEvent> history(TaskId id, long after, int limit) {
        return reader.history(id, after, limit);
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        CachedTask task = live.loadPinned(id);
        if (task == null) {
            watcher.deleted();
            return () -> {};
        }
        try {
            return task.watch(watcher);
        } finally {
            task.unpin();
        }
    }

    /** What the files take; the tasks as the store has them, which is a second or two behind. */
    @Override
    public LogUsage usage() {
        long journal = SegmentFiles.bytes(directory);
        return store.read(open -> LogUsage.of(
                journal + open.fileBytes(),
                Arrays.stream(TaskStatus.values()).collect(Collectors.toMap(TaskStatus::wireName, open::count))));
    }

    @Override
    public Optional<String> trouble() {
        return Optional.ofNullable(committer.trouble()).or(() -> Optional.ofNullable(storing.trouble()));
    }

    @Override
    public Optional<String> failure() {
        return Optional.ofNullable(committer.failure());
    }

    /** How many tasks are in the heap. For tests. */
    int tasksInHeap() {
        return live.all().size();
    }

    /** Stores, trims and compacts now what would be soon. For tests. */
    void runMaintenance() {
        storing.runMaintenance();
        storing.deletions().join();
    }

    @Override
    public void close() {
        // An interrupt would close the files that are still to be written.
        boolean wasInterrupted = Thread.interrupted();
        storing.close();
        wasInterrupted |= join(storingThread);
        try {
            storing.store();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "The store does not take what is new, but the journal has it", e);
        }
        appends.close();
        committer.close();
        wasInterrupted |= join(committerThread);
        store.close();
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the thread's end. Answers whether this one was interrupted meanwhile. */
    private static boolean join(Thread thread) {
        boolean wasInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        return wasInterrupted;
    }
}
