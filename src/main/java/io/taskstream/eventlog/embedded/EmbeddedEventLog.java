package io.taskstream.eventlog.embedded;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.embedded.CommitGroup.Creation;
import io.taskstream.eventlog.embedded.journal.Journal;
import io.taskstream.eventlog.embedded.journal.SegmentFiles;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.LogUsage;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.h2.mvstore.MVStoreException;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * An engine that keeps all events in files of one directory, which no other process may use. An append is durable in the
 * {@link Journal}; a background checkpoint brings it into the store, which finds everything fast. The heap holds a bounded
 * part: the recent frames of tasks that are published to or watched.
 */
public final class EmbeddedEventLog implements EventLog {

    private static final Logger LOG = System.getLogger(EmbeddedEventLog.class.getName());
    private static final String STORE = "events.mv";

    private final FilePath directory;
    private final StoreFile store;
    private final TaskCache cache;
    private final LogReader reader;
    private final Committer committer;
    private final AppendQueue appends;
    private final Checkpointer checkpointer;
    private final Thread commitThread;
    private final Thread checkpointThread;

    /**
     * Opens the log and recovers it after a crash. If its files can only be read, it opens, too, and is written as soon as
     * that becomes possible.
     *
     * @param executor reads the disk for viewers that are behind, and for appends that need a look-up
     * @param threads creates the commit thread and the checkpoint thread
     * @param meters receives the times of syncs and commits
     * @param nanos a monotonic clock, in nanoseconds
     * @throws EventLogException.Unavailable if the disk prevents it at present
     * @throws IllegalStateException if it can't be opened; the message says why
     */
    public EmbeddedEventLog(
            EmbeddedOptions options,
            InstantSource time,
            RandomGenerator random,
            Executor executor,
            ThreadFactory threads,
            LogMeters meters,
            LongSupplier nanos) {
        directory = directory(options.directory());
        Retention retention = options.retention();
        var wakeUps = new Semaphore(0);
        var budget = new DirtyBudget(wakeUps::release);
        var times = new CommitTimes(meters.commits(), nanos);
        store = StoreFile.open(FilePath.get(directory + "/" + STORE), options.cacheMegabytes(), time);
        Committer begun = null;
        Thread started = null;
        try {
            var recovery = Recovery.of(store, directory, retention, budget, random);
            cache = recovery.cache();
            begun = new Committer(
                    new Journal(
                            directory,
                            options.durability() == Durability.SYNC,
                            new Stopwatch(meters.syncs(), nanos),
                            new Stopwatch(meters.commits().segments(), nanos)),
                    new CommitGroup(cache, retention.keys(), time, random, recovery.nextOrdinal()),
                    options,
                    budget,
                    time,
                    times,
                    recovery.last(),
                    recovery.dirty());
            committer = begun;
            committer.tryToOpenJournal();
            checkpointer = new Checkpointer(
                    committer,
                    store,
                    cache,
                    options.recentBytes(),
                    recovery.checkpointWriter(),
                    new RetentionSweep(store, cache, retention, time),
                    budget,
                    times,
                    wakeUps,
                    time);
            reader = new LogReader(cache, store, executor, time);
            appends = new AppendQueue(cache, store, committer, executor);
            commitThread = thread(threads, committer);
            checkpointThread = thread(threads, this::runCheckpointer);
            commitThread.start();
            started = commitThread;
            checkpointThread.start();
        } catch (IOException | MVStoreException e) {
            closeAfterFailure(store, begun, started);
            String part = e instanceof IOException ? "log's journal" : "log";
            throw new EventLogException.Unavailable(
                    "The " + part + " in " + directory + " can't be read: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            closeAfterFailure(store, begun, started);
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

    /** Closes what a failing constructor has opened, so that the log can be opened again. */
    private static void closeAfterFailure(StoreFile store, @Nullable Committer begun, @Nullable Thread started) {
        if (begun != null && started != null) {
            begun.close();
            if (join(started)) {
                Thread.currentThread().interrupt();
            }
        } else if (begun != null) {
            begun.closeUnstarted();
        }
        store.closeImmediately();
    }

    private void runCheckpointer() {
        try {
            checkpointer.run();
        } catch (RuntimeException | Error e) {
            // Otherwise appends would wait for ever once the dirty budget is used up.
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
        Creation creation = Creation.UNKNOWN;
        // Repeats only if a task of that id was created and evicted meanwhile.
        while (creation == Creation.UNKNOWN) {
            long stamp = cache.stamp(task.id());
            creation = reader.find(task.id()).isPresent()
                    ? Creation.PRESENT
                    : waitFor(new WriteRequest<>(group -> group.create(task, stamp)));
        }
        return creation == Creation.CREATED;
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        return reader.find(id);
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        return reader.list(query);
    }

    @Override
    public boolean delete(TaskId id) {
        CachedTask task = cache.loadPinned(id);
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
        return appends.append(id, batch, committer::submit);
    }

    @Override
    public CompletionStage<Appended> appendHere(TaskId id, Batch batch) {
        return appends.append(id, batch, committer::submitHere);
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
        CachedTask task = cache.loadPinned(id);
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

    /** The number of tasks is that of the store, which is a second or two behind. */
    @Override
    public LogUsage usage() {
        long journal = SegmentFiles.bytes(directory);
        return store.read(open -> LogUsage.of(
                journal + open.fileBytes(),
                Arrays.stream(TaskStatus.values()).collect(Collectors.toMap(TaskStatus::wireName, open::count))));
    }

    @Override
    public Optional<String> trouble() {
        return Optional.ofNullable(committer.trouble()).or(() -> Optional.ofNullable(checkpointer.trouble()));
    }

    @Override
    public Optional<String> failure() {
        return Optional.ofNullable(committer.failure());
    }

    /** Returns the number of tasks in the heap. For tests. */
    int tasksInHeap() {
        return cache.all().size();
    }

    /** Runs now, and waits for, what the checkpoint thread would run soon. For tests. */
    void runMaintenance() {
        checkpointer.runMaintenance();
        checkpointer.deletions().join();
    }

    @Override
    public void close() {
        // An interrupt would close files that must still be written.
        boolean wasInterrupted = Thread.interrupted();
        checkpointer.close();
        wasInterrupted |= join(checkpointThread);
        try {
            checkpointer.checkpoint();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "The store does not take what is new, but the journal has it", e);
        }
        appends.close();
        committer.close();
        wasInterrupted |= join(commitThread);
        store.close();
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the thread's end; returns whether the calling thread was interrupted meanwhile. */
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
