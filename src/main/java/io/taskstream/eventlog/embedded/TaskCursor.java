package io.taskstream.eventlog.embedded;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** Goes through tasks in the order of an index of them, and leaves out those that are removed meanwhile. */
final class TaskCursor implements Iterator<StoredTask> {

    private final Cursor<?, ?> index;
    private final MVMap<Long, StoredTask> tasks;
    private @Nullable StoredTask next;

    /**
     * @param index its keys are ordinals, or positions of which the minor number is the ordinal
     */
    TaskCursor(Cursor<?, ?> index, MVMap<Long, StoredTask> tasks) {
        this.index = index;
        this.tasks = tasks;
    }

    @Override
    public boolean hasNext() {
        while (next == null && index.hasNext()) {
            Object key = index.next();
            next = key instanceof CompositeKey position ? tasks.get(position.suffix()) : (StoredTask) index.getValue();
        }
        return next != null;
    }

    @Override
    public StoredTask next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        StoredTask task = next;
        next = null;
        if (task == null) {
            throw new NoSuchElementException();
        }
        return task;
    }
}
