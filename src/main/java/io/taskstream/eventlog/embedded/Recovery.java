package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.Committer.Cut;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * Brings into the store what the journal has and the store has not, before anything else is done. What a store that can't
 * be written does not take stays in the heap.
 */
final class Recovery {

    private static final Logger LOG = System.getLogger(Recovery.class.getName());

    private final StoreFile file;
    private final LiveTasks live;
    private final Storer storer;
    private final UnstoredBound unstored;
    private final RandomGenerator random;
    private final Set<LiveTask> changed = new LinkedHashSet<>();
    private final long checkpoint;
    private long nextOrdinal;
    private long last;
    private long unknown;
    private boolean isRefused;
    private boolean isRenewed;

    private Recovery(
            StoreFile file, FilePath directory, Retention retention, UnstoredBound unstored, RandomGenerator random) {
        this.file = file;
        this.live = new LiveTasks(file);
        this.storer = new Storer(file, live, unstored, retention, directory);
        this.unstored = unstored;
        this.random = random;
        this.checkpoint = file.writable().checkpoint();
        this.last = checkpoint;
        this.nextOrdinal = file.writable().nextOrdinal();
    }

    /**
     * Does it; if the store proves to be damaged, with what can be salvaged of that.
     *
     * @throws IOException if the journal can't be read
     * @throws RuntimeException if the store can't
     */
    static Recovery of(
            StoreFile file, FilePath directory, Retention retention, UnstoredBound unstored, RandomGenerator random)
            throws IOException {
        try {
            return recover(file, directory, retention, unstored, random);
        } catch (RuntimeException e) {
            if (!Damage.isIn(e)) {
                throw e;
            }
            file.markBroken(e);
            file.mend();
            unstored.reset();
            return recover(file, directory, retention, unstored, random);
        }
    }

    private static Recovery recover(
            StoreFile file, FilePath directory, Retention retention, UnstoredBound unstored, RandomGenerator random)
            throws IOException {
        var recovery = new Recovery(file, directory, retention, unstored, random);
        recovery.recover(directory);
        return recovery;
    }

    LiveTasks live() {
        return live;
    }

    Storer storer() {
        return storer;
    }

    /** The ordinal of the next task that is created. */
    long nextOrdinal() {
        return nextOrdinal;
    }

    /** The number of the last group. */
    long last() {
        return last;
    }

    /** The tasks of which the store has not taken everything. */
    Set<LiveTask> changed() {
        return changed;
    }

    private void recover(FilePath directory) throws IOException {
        if (Segments.mayHaveLost(directory) || hasHole(directory)) {
            renewEpochs();
        }
        long inJournal = Segments.read(directory, this::apply);
        if (inJournal > last) {
            LOG.log(Level.ERROR, "The log has lost what was done in the groups from {0} to {1}", last + 1, inJournal);
            // A group that takes a lost one's number would not count, for a later segment begins behind it.
            last = inJournal;
        }
        takeAll();
        if (isRenewed) {
            // Also if nothing was taken: what is missing is missing once.
            file.writable().commit(last, nextOrdinal);
        }
        if (unknown > 0) {
            LOG.log(Level.ERROR, "The log has lost tasks to which {0} of the newest changes belong", unknown);
        }
    }

    private boolean hasHole(FilePath directory) throws IOException {
        long[] reached = {checkpoint};
        long inJournal = Segments.read(directory, (number, changes) -> {
            if (number == reached[0] + 1) {
                reached[0]++;
            }
        });
        return inJournal > reached[0];
    }

    /**
     * Of what is lost, a viewer may have seen some: the numbers of those events will be given again, so tasks that go on do
     * so in another epoch.
     */
    private void renewEpochs() {
        LOG.log(
                Level.WARNING,
                "The log may have lost its newest events; viewers of open tasks are told that they are reset");
        isRenewed = true;
        file.writable().renewEpochs(random);
    }

    private void apply(long number, ByteBuffer changes) {
        if (number <= checkpoint) {
            return;
        }
        if (number != last + 1) {
            LOG.log(Level.ERROR, "The log has lost what was done in the groups from {0} to {1}", last + 1, number - 1);
        }
        while (changes.hasRemaining()) {
            apply(Change.read(changes));
        }
        last = number;
        if (unstored.isMany()) {
            takeAll();
        }
    }

    private void apply(Change change) {
        if (change instanceof Change.Created created) {
            nextOrdinal = Math.max(nextOrdinal, created.ordinal() + 1);
            String epoch = isRenewed ? Epochs.next(random) : created.epoch();
            LiveTask task = LiveTask.created(created.ordinal(), epoch, created.task());
            live.add(task);
            unstored.add(task.publishCreation());
            changed.add(task);
            return;
        }
        LiveTask task = live.load(change.ordinal());
        if (task == null) {
            unknown++;
            return;
        }
        changed.add(task);
        if (change instanceof Change.Added added && isNew(added, task)) {
            unstored.add(task.publish(added));
        } else if (change instanceof Change.Deleted) {
            unstored.add(task.publishDeletion());
        }
    }

    private static boolean isNew(Change.Added added, @Nullable LiveTask task) {
        return task != null && added.first() > task.state().last().sequence();
    }

    private void takeAll() {
        if (changed.isEmpty() || isRefused) {
            return;
        }
        try {
            storer.take(new Cut(
                    last, nextOrdinal, changed.stream().map(LiveTask::unstored).toList()));
        } catch (RuntimeException e) {
            if (Damage.isIn(e) || isRenewed) {
                throw e;
            }
            LOG.log(Level.ERROR, "The log's store can't be written; what the journal has stays in the heap", e);
            isRefused = true;
            file.mend();
            return;
        }
        changed.clear();
        live.all().forEach(live::evict);
    }
}
