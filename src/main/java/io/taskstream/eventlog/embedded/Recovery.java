package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.embedded.journal.JournalRecord;
import io.taskstream.eventlog.embedded.journal.JournalScan;
import io.taskstream.eventlog.embedded.store.Corruption;
import io.taskstream.eventlog.embedded.store.StoreFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.h2.store.fs.FilePath;

/**
 * Crash recovery: replays the journal from the store's checkpoint on, before anything else is done. If the store can't be
 * written, the replayed changes stay in the heap.
 */
final class Recovery {

    private static final Logger LOG = System.getLogger(Recovery.class.getName());

    private final StoreFile file;
    private final TaskCache cache;
    private final CheckpointWriter checkpointWriter;
    private final DirtyBudget budget;
    private final RandomGenerator random;
    private final Set<CachedTask> dirty = new LinkedHashSet<>();
    private final long checkpoint;

    /** Ordinals of tasks that have changes in the journal but are nowhere. */
    private final Set<Long> lostTasks = new HashSet<>();

    private long nextOrdinal;
    private long last;
    private boolean isStoreFailing;
    private boolean isRenewed;

    private Recovery(
            StoreFile file, FilePath directory, Retention retention, DirtyBudget budget, RandomGenerator random) {
        this.file = file;
        this.cache = new TaskCache(file);
        this.checkpointWriter = new CheckpointWriter(file, cache, budget, retention, directory);
        this.budget = budget;
        this.random = random;
        this.checkpoint = file.writable().checkpoint();
        this.last = checkpoint;
        this.nextOrdinal = file.writable().nextOrdinal();
    }

    /**
     * Recovers the log. A corrupt store is salvaged first.
     *
     * @throws IOException if the journal can't be read
     * @throws RuntimeException if the store can't be read
     */
    static Recovery of(
            StoreFile file, FilePath directory, Retention retention, DirtyBudget budget, RandomGenerator random)
            throws IOException {
        try {
            return recover(file, directory, retention, budget, random);
        } catch (RuntimeException e) {
            if (!Corruption.isIn(e)) {
                throw e;
            }
            file.markBroken(e);
            file.reopenIfFailed();
            budget.reset();
            return recover(file, directory, retention, budget, random);
        }
    }

    private static Recovery recover(
            StoreFile file, FilePath directory, Retention retention, DirtyBudget budget, RandomGenerator random)
            throws IOException {
        var recovery = new Recovery(file, directory, retention, budget, random);
        recovery.recover(directory);
        return recovery;
    }

    TaskCache cache() {
        return cache;
    }

    CheckpointWriter checkpointWriter() {
        return checkpointWriter;
    }

    /** Returns the ordinal of the next task that is created. */
    long nextOrdinal() {
        return nextOrdinal;
    }

    /** Returns the number of the journal's last group. */
    long last() {
        return last;
    }

    /** Returns the tasks whose changes the store lacks. */
    Set<CachedTask> dirty() {
        return dirty;
    }

    private void recover(FilePath directory) throws IOException {
        JournalScan journal = JournalScan.of(directory, checkpoint);
        if (journal.loss() != null) {
            renewEpochs(journal.loss());
        }
        journal.read(this::replay);
        if (journal.last() > last) {
            logLostGroups(journal.last());
            // A new group with a lost one's number would be ignored, since a later segment begins after it.
            last = journal.last();
        }
        writeCheckpoint();
        if (isRenewed) {
            // Even if nothing was replayed: the next start must not report the same loss.
            file.writable().commit(last, nextOrdinal);
            journal.corrupt().forEach(Recovery::setAside);
        }
        if (!lostTasks.isEmpty()) {
            LOG.log(
                    Level.ERROR,
                    "The log has lost the newest changes of {0} tasks, since it has lost these tasks",
                    lostTasks.size());
        }
    }

    private void logLostGroups(long to) {
        LOG.log(Level.ERROR, "The log has lost the changes of the commit groups {0} to {1}", last + 1, to);
    }

    /** Gives open tasks a new epoch: a viewer may have seen lost events, whose sequences will be given again. */
    private void renewEpochs(String reason) {
        LOG.log(
                Level.WARNING,
                "The log may have lost its newest events, since " + reason + "; viewers of open tasks receive a reset");
        isRenewed = true;
        file.writable().renewEpochs(random);
    }

    /** Keeps a corrupt segment for manual recovery. */
    private static void setAside(FilePath segment) {
        FilePath aside = FilePath.get(segment + ".corrupt");
        LOG.log(Level.ERROR, "The journal''s file {0} is corrupt, and is kept as {1}", segment, aside);
        segment.moveTo(aside, true);
    }

    private void replay(long number, ByteBuffer records) {
        if (number <= checkpoint) {
            return;
        }
        if (number != last + 1) {
            logLostGroups(number - 1);
        }
        while (records.hasRemaining()) {
            replay(read(number, records));
        }
        last = number;
        if (budget.isMany()) {
            writeCheckpoint();
        }
    }

    /** The group's checksum is right, so an unreadable record is no corruption, and nothing may be discarded. */
    private static JournalRecord read(long number, ByteBuffer records) {
        try {
            return JournalRecord.read(records);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "The log's journal holds a change, in group " + number
                            + ", that this version can't read; start the version that wrote it: " + e,
                    e);
        }
    }

    private void replay(JournalRecord change) {
        // The group that created the task may be lost.
        nextOrdinal = Math.max(nextOrdinal, change.ordinal() + 1);
        if (change instanceof JournalRecord.TaskCreated created) {
            create(created);
            return;
        }
        CachedTask task = cache.load(change.ordinal());
        if (task == null) {
            // A checkpoint that was interrupted may have removed a task before: then its deletion follows.
            if (change instanceof JournalRecord.TaskDeleted) {
                lostTasks.remove(change.ordinal());
            } else {
                lostTasks.add(change.ordinal());
            }
            return;
        }
        dirty.add(task);
        if (change instanceof JournalRecord.BatchAppended batch && isNew(batch, task)) {
            budget.add(task.apply(batch));
        } else if (change instanceof JournalRecord.TaskDeleted) {
            budget.add(task.applyDeletion());
        }
    }

    private void create(JournalRecord.TaskCreated created) {
        CachedTask present = cache.load(created.task().id());
        if (present != null && present.ordinal() > created.ordinal()) {
            // A checkpoint that was interrupted has stored a later task of that id, so this one was deleted.
            return;
        }
        if (isRenewed && present != null && present.ordinal() < created.ordinal() && !present.isDeleted()) {
            // The group that deleted the older task is lost.
            budget.add(present.applyDeletion());
            dirty.add(present);
        }
        String epoch = isRenewed ? EventId.newEpoch(random) : created.epoch();
        CachedTask task = CachedTask.created(created.ordinal(), epoch, created.task());
        cache.add(task);
        budget.add(task.applyCreation());
        dirty.add(task);
    }

    private static boolean isNew(JournalRecord.BatchAppended batch, CachedTask task) {
        return batch.first() > task.state().last().sequence();
    }

    private void writeCheckpoint() {
        if (dirty.isEmpty() || isStoreFailing) {
            return;
        }
        try {
            var replayed = new Checkpoint(
                    last, nextOrdinal, dirty.stream().map(CachedTask::dirty).toList());
            if (isRenewed) {
                // A corrupt segment is needed until it is replayed, and then set aside.
                checkpointWriter.writeToStore(replayed);
            } else {
                checkpointWriter.write(replayed);
            }
        } catch (RuntimeException e) {
            if (Corruption.isIn(e) || isRenewed) {
                throw e;
            }
            LOG.log(Level.ERROR, "The log's store can't be written; the journal's changes stay in the heap", e);
            isStoreFailing = true;
            file.reopenIfFailed();
            return;
        }
        dirty.clear();
        cache.all().forEach(cache::evict);
    }
}
