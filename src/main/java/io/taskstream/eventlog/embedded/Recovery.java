package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.Committer.Checkpoint;
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
    private final TaskCache live;
    private final CheckpointWriter checkpointWriter;
    private final DirtyBudget unstored;
    private final RandomGenerator random;
    private final Set<CachedTask> changed = new LinkedHashSet<>();
    private final long checkpoint;
    private long nextOrdinal;
    private long last;
    private long unknown;
    private boolean isRefused;
    private boolean isRenewed;

    private Recovery(
            StoreFile file, FilePath directory, Retention retention, DirtyBudget unstored, RandomGenerator random) {
        this.file = file;
        this.live = new TaskCache(file);
        this.checkpointWriter = new CheckpointWriter(file, live, unstored, retention, directory);
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
            StoreFile file, FilePath directory, Retention retention, DirtyBudget unstored, RandomGenerator random)
            throws IOException {
        try {
            return recover(file, directory, retention, unstored, random);
        } catch (RuntimeException e) {
            if (!Corruption.isIn(e)) {
                throw e;
            }
            file.markBroken(e);
            file.reopenIfFailed();
            unstored.reset();
            return recover(file, directory, retention, unstored, random);
        }
    }

    private static Recovery recover(
            StoreFile file, FilePath directory, Retention retention, DirtyBudget unstored, RandomGenerator random)
            throws IOException {
        var recovery = new Recovery(file, directory, retention, unstored, random);
        recovery.recover(directory);
        return recovery;
    }

    TaskCache live() {
        return live;
    }

    CheckpointWriter checkpointWriter() {
        return checkpointWriter;
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
    Set<CachedTask> changed() {
        return changed;
    }

    private void recover(FilePath directory) throws IOException {
        JournalScan journal = JournalScan.of(directory, checkpoint);
        if (journal.loss() != null) {
            renewEpochs(journal.loss());
        }
        journal.read(this::apply);
        if (journal.last() > last) {
            LOG.log(
                    Level.ERROR,
                    "The log has lost what was done in the groups from {0} to {1}",
                    last + 1,
                    journal.last());
            // A group that takes a lost one's number would not count, for a later segment begins behind it.
            last = journal.last();
        }
        takeAll();
        if (isRenewed) {
            // Also if nothing was taken: what is missing is missing once.
            file.writable().commit(last, nextOrdinal);
            journal.damaged().forEach(Recovery::setAside);
        }
        if (unknown > 0) {
            LOG.log(Level.ERROR, "The log has lost tasks to which {0} of the newest changes belong", unknown);
        }
    }

    /**
     * Of what is lost, a viewer may have seen some: the numbers of those events will be given again, so tasks that go on do
     * so in another epoch.
     */
    private void renewEpochs(String why) {
        LOG.log(
                Level.WARNING,
                "The log may have lost its newest events, since " + why
                        + "; viewers of open tasks are told that they are reset");
        isRenewed = true;
        file.writable().renewEpochs(random);
    }

    /** Keeps it for those who want to look for what is lost. */
    private static void setAside(FilePath segment) {
        FilePath aside = FilePath.get(segment + ".corrupt");
        LOG.log(Level.ERROR, "The journal''s file {0} is damaged, and is kept as {1}", segment, aside);
        segment.moveTo(aside, true);
    }

    private void apply(long number, ByteBuffer changes) {
        if (number <= checkpoint) {
            return;
        }
        if (number != last + 1) {
            LOG.log(Level.ERROR, "The log has lost what was done in the groups from {0} to {1}", last + 1, number - 1);
        }
        while (changes.hasRemaining()) {
            apply(read(number, changes));
        }
        last = number;
        if (unstored.isMany()) {
            takeAll();
        }
    }

    /** What the group's checksum vouches for is as it was written: if it can't be read, nothing may be dropped for that. */
    private static JournalRecord read(long number, ByteBuffer changes) {
        try {
            return JournalRecord.read(changes);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "The log's journal holds a change, in group " + number
                            + ", that this version can't read; start the version that wrote it: " + e,
                    e);
        }
    }

    private void apply(JournalRecord change) {
        // Of what created it, the group may be lost.
        nextOrdinal = Math.max(nextOrdinal, change.ordinal() + 1);
        if (change instanceof JournalRecord.TaskCreated created) {
            if (isRenewed) {
                replace(created);
            }
            String epoch = isRenewed ? Epochs.next(random) : created.epoch();
            CachedTask task = CachedTask.created(created.ordinal(), epoch, created.task());
            live.add(task);
            unstored.add(task.publishCreation());
            changed.add(task);
            return;
        }
        CachedTask task = live.load(change.ordinal());
        if (task == null) {
            unknown++;
            return;
        }
        changed.add(task);
        if (change instanceof JournalRecord.BatchAppended added && isNew(added, task)) {
            unstored.add(task.publish(added));
        } else if (change instanceof JournalRecord.TaskDeleted) {
            unstored.add(task.publishDeletion());
        }
    }

    /** The group may be lost that deleted an older task of that name. */
    private void replace(JournalRecord.TaskCreated created) {
        CachedTask older = live.load(created.task().id());
        if (older != null && !older.isDeleted() && older.ordinal() != created.ordinal()) {
            unstored.add(older.publishDeletion());
            changed.add(older);
        }
    }

    private static boolean isNew(JournalRecord.BatchAppended added, @Nullable CachedTask task) {
        return task != null && added.first() > task.state().last().sequence();
    }

    private void takeAll() {
        if (changed.isEmpty() || isRefused) {
            return;
        }
        try {
            checkpointWriter.take(new Checkpoint(
                    last, nextOrdinal, changed.stream().map(CachedTask::unstored).toList()));
        } catch (RuntimeException e) {
            if (Corruption.isIn(e) || isRenewed) {
                throw e;
            }
            LOG.log(Level.ERROR, "The log's store can't be written; what the journal has stays in the heap", e);
            isRefused = true;
            file.reopenIfFailed();
            return;
        }
        changed.clear();
        live.all().forEach(live::evict);
    }
}
