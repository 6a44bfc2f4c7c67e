package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.Committer.Cut;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/** Brings into the store what the journal has and the store has not, before anything else is done. */
final class Recovery {

    private static final Logger LOG = System.getLogger(Recovery.class.getName());

    private final LiveTasks live;
    private final Storer storer;
    private final UnstoredBound unstored;
    private final Set<LiveTask> changed = new LinkedHashSet<>();
    private final long checkpoint;
    private long nextOrdinal;
    private long last;
    private long unknown;

    Recovery(LiveTasks live, Store store, Storer storer, UnstoredBound unstored) {
        this.live = live;
        this.storer = storer;
        this.unstored = unstored;
        this.checkpoint = store.checkpoint();
        this.last = checkpoint;
        this.nextOrdinal = store.nextOrdinal();
    }

    /** The ordinal of the next task that is created. */
    long nextOrdinal() {
        return nextOrdinal;
    }

    /** Does it. Answers the number of the last group. */
    long recover(FilePath directory) throws IOException {
        long inJournal = Segments.read(directory, this::apply);
        if (inJournal > last) {
            LOG.log(Level.ERROR, "The log has lost what was done in the groups from {0} to {1}", last + 1, inJournal);
            // A group that takes a lost one's number would not count, for a later segment begins behind it.
            last = inJournal;
        }
        takeAll();
        if (unknown > 0) {
            LOG.log(Level.ERROR, "The log has lost tasks to which {0} of the newest changes belong", unknown);
        }
        return last;
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
            LiveTask task = LiveTask.created(created.ordinal(), created.epoch(), created.task());
            live.add(task);
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
            task.publishDeletion();
        }
    }

    private static boolean isNew(Change.Added added, @Nullable LiveTask task) {
        return task != null && added.first() > task.state().last().sequence();
    }

    private void takeAll() {
        if (!changed.isEmpty()) {
            storer.take(new Cut(
                    last, nextOrdinal, changed.stream().map(LiveTask::unstored).toList()));
            changed.clear();
            live.all().forEach(live::evict);
        }
    }
}
