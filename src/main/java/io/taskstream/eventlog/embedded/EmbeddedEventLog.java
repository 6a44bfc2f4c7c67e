package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.LogUsage;
import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.eventlog.Stopwatch;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.h2.mvstore.MVStoreException;
import org.h2.store.fs.FilePath;

/**
 * Keeps all events in files of one directory, which no other process may use. Appends go to a {@link Journal}, and are
 * durable with it; a store, in which everything is found fast, takes them from there in the background. The heap holds
 * what is recent, for tasks that are published to or watched, within bounds.
 */
public final class EmbeddedEventLog implements EventLog {

    private static final String STORE = "events.mv";

    private final FilePath directory;
    private final StoreFile store;
    private final LiveTasks live;
    private final Reader reader;
    private final Listing listing;
    private final Committer committer;
    private final StoringThread storing;
    private final Thread committerThread;
    private final Thread storingThread;

    /**
     * Opens the log, and brings it to where it was when its process ended, however that was. If it can only be read, it is
     * opened too, and written as soon as that can be done.
     *
     * @param executor reads from the disk for viewers that are behind
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
        var unstored = new UnstoredBound(wakeUps::release);
        store = StoreFile.open(FilePath.get(directory + "/" + STORE), options.cacheMegabytes(), time);
        try {
            var recovery = Recovery.of(store, directory, retention, unstored, random);
            live = recovery.live();
            var staging = new Staging(live, store, retention.keys(), time, random);
            staging.ordinalsFrom(recovery.nextOrdinal());
            committer = new Committer(
                    new Journal(directory, options.durability() == Durability.SYNC, syncs),
                    staging,
                    options.durability(),
                    unstored,
                    time,
                    recovery.last(),
                    recovery.changed());
            committer.begin();
            storing = new StoringThread(
                    committer,
                    store,
                    live,
                    recovery.storer(),
                    new Housekeeper(store, live, retention, time),
                    new RecentSweep(live, options.recentBytes(), time),
                    unstored,
                    wakeUps);
        } catch (IOException e) {
            store.abandon();
            throw new EventLogException.Unavailable(
                    "The log's journal in " + directory + " can't be read: " + e.getMessage(), e);
        } catch (MVStoreException e) {
            store.abandon();
            throw new EventLogException.Unavailable("The log in " + directory + " can't be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            store.abandon();
            throw e;
        }
        reader = new Reader(live, store, executor, time);
        listing = new Listing(live, store);
        committerThread = threads.newThread(committer);
        storingThread = threads.newThread(storing);
        committerThread.start();
        storingThread.start();
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
        return waitFor(staging -> staging.create(task));
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
        return waitFor(staging -> staging.delete(id));
    }

    private <T> T waitFor(Function<Staging, T> work) {
        CompletableFuture<T> answer = committer.submit(new Order<>(work));
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return committer.submit(new Order<>(staging -> staging.append(id, batch)));
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
        while (true) {
            LiveTask task = live.load(id);
            if (task == null) {
                watcher.deleted();
                return () -> {};
            }
            Watch watch = task.watch(watcher);
            if (watch != null) {
                return watch;
            }
        }
    }

    /** What the files take; the tasks as the store has them, which is a second or two behind. */
    @Override
    public LogUsage usage() {
        long journal = Segments.bytes(directory);
        return store.read(open -> LogUsage.of(
                journal + open.fileBytes(),
                Arrays.stream(TaskStatus.values()).collect(Collectors.toMap(TaskStatus::wireName, open::count))));
    }

    @Override
    public Optional<String> trouble() {
        return Optional.ofNullable(committer.trouble()).or(() -> Optional.ofNullable(storing.trouble()));
    }

    /** How many tasks are in the heap. For tests. */
    int tasksInHeap() {
        return live.all().size();
    }

    /** Stores, trims and compacts now what would be soon. For tests. */
    void tend() {
        storing.tend();
        storing.deletions().join();
    }

    @Override
    public void close() {
        storing.close();
        join(storingThread);
        try {
            storing.store();
        } catch (RuntimeException e) {
            // The journal has it.
        }
        committer.close();
        join(committerThread);
        store.close();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
