package io.taskstream.eventlog.embedded.store;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.Page;
import org.jspecify.annotations.Nullable;

/**
 * Copies the readable entries of a corrupt store to a new one. A task whose record is lost is lost. A task that has lost
 * events continues after its last sequence, so that no id is given twice. It keeps the events around a hole, but none if
 * its newest events are in the hole. Used once, by one thread.
 */
final class Salvage {

    private final MVStore corrupt;
    private final Store target;

    private long unreadable;
    private long checkpoint;
    private long nextOrdinal = 1;

    // Of the task whose events are being copied.
    private @Nullable StoredTask task;
    private long first;
    private long last;
    private long bytes;

    /**
     * @param corrupt is only read
     * @param target is empty
     */
    Salvage(MVStore corrupt, Store target) {
        this.corrupt = corrupt;
        this.target = target;
    }

    /**
     * Copies everything that can be read.
     *
     * @return the number of unreadable pages, each of which hides the subtree beneath it
     */
    long copy() {
        copy(Table.NUMBERS, this::copyNumber);
        copy(Table.TASKS, this::copyTask);
        copy(Table.EVENTS, this::copyBlock);
        finishTask();
        recordLostEvents();
        copy(Table.KEYS, this::copyKey);
        target.commit(checkpoint, nextOrdinal);
        return unreadable;
    }

    private <K, V> void copy(Table<K, V> table, BiConsumer<K, V> copier) {
        try {
            MVMap<K, V> map = table.open(corrupt);
            visit(map.getRootPage(), copier);
        } catch (RuntimeException e) {
            countIfCorrupt(e);
        }
    }

    private <K, V> void visit(Page<K, V> page, BiConsumer<K, V> copier) {
        if (page.isLeaf()) {
            for (int i = 0; i < page.getKeyCount(); i++) {
                copier.accept(page.getKey(i), page.getValue(i));
            }
            return;
        }
        for (int i = 0; i <= page.getKeyCount(); i++) {
            Page<K, V> child = child(page, i);
            if (child != null) {
                visit(child, copier);
            }
        }
    }

    private <K, V> @Nullable Page<K, V> child(Page<K, V> page, int index) {
        try {
            return page.getChildPage(index);
        } catch (RuntimeException e) {
            countIfCorrupt(e);
            return null;
        }
    }

    private void countIfCorrupt(RuntimeException failure) {
        if (!Corruption.isIn(failure)) {
            throw failure;
        }
        unreadable++;
    }

    private void copyNumber(String name, long value) {
        if (name.equals(Store.CHECKPOINT)) {
            checkpoint = value;
        } else if (name.equals(Store.NEXT_ORDINAL)) {
            used(value - 1);
        }
    }

    private void used(long ordinal) {
        nextOrdinal = Math.max(nextOrdinal, ordinal + 1);
    }

    private void copyTask(long ordinal, StoredTask stored) {
        used(ordinal);
        target.put(stored.with(stored.oldest(), 0));
        target.commitIfMany(1);
    }

    private void copyBlock(CompositeKey key, byte[] value) {
        long ordinal = key.prefix();
        used(ordinal);
        if (task == null || task.ordinal() != ordinal) {
            finishTask();
            task = target.task(ordinal);
            first = key.suffix();
            last = 0;
            bytes = 0;
        }
        EventBlock block = EventBlock.read(key.suffix(), value);
        if (task == null || block.last() > task.last()) {
            return;
        }
        target.events().put(ordinal, key.suffix(), value);
        last = block.last();
        bytes += block.framesLength();
        target.commitIfMany(1);
    }

    /** Records which events of the current task were copied. */
    private void finishTask() {
        if (task == null || last == 0) {
            return;
        }
        if (last == task.last()) {
            target.put(task.with(Math.max(task.oldest(), first), bytes));
        } else {
            target.events().removeFrom(task.ordinal(), 0);
        }
    }

    private void recordLostEvents() {
        List<StoredTask> withoutEvents = new ArrayList<>();
        target.newestFirst(Long.MAX_VALUE, null).forEachRemaining(each -> {
            if (each.bytes() == 0 && each.oldest() <= each.last()) {
                withoutEvents.add(each);
            }
        });
        withoutEvents.forEach(each -> {
            target.put(each.with(each.last() + 1, 0));
            target.commitIfMany(1);
        });
    }

    private void copyKey(String name, KeyAnswer answer) {
        target.keys().put(name, answer);
        target.commitIfMany(1);
    }
}
