package io.taskstream.eventlog.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/**
 * Copies what can be read of a damaged store to a sound one. A task whose record is lost is lost. One that has lost
 * events goes on behind its last, so that no id is given twice: it keeps what came before a hole and what follows it,
 * but nothing if its newest events are in the hole. Used once, by one thread.
 */
final class Salvage {

    private static final long SLICE = 8 << 20;

    private final MVStore damaged;
    private final Store sound;

    private long unreadable;
    private long checkpoint;
    private long nextOrdinal = 1;
    private long uncommitted;

    // Of the task whose events are being copied.
    private @Nullable StoredTask task;
    private long first;
    private long last;
    private long bytes;

    /**
     * @param damaged is only read
     * @param sound is empty
     */
    Salvage(MVStore damaged, Store sound) {
        this.damaged = damaged;
        this.sound = sound;
    }

    /** Copies all that can be read. Answers how many pages could not be, each with all that lay beneath it. */
    long copy() {
        copy(Table.NUMBERS, this::number);
        copy(Table.TASKS, this::task);
        copy(Table.EVENTS, this::group);
        settle();
        tellOfTasksWithoutEvents();
        copy(Table.KEYS, this::key);
        sound.commit(checkpoint, nextOrdinal);
        return unreadable;
    }

    private <K, V> void copy(Table<K, V> table, BiConsumer<K, V> copier) {
        try {
            unreadable += ReadableEntries.visit(table.open(damaged), copier);
        } catch (RuntimeException e) {
            if (!Corruption.isIn(e)) {
                throw e;
            }
            unreadable++;
        }
    }

    private void number(String name, long value) {
        if (name.equals(Store.CHECKPOINT)) {
            checkpoint = value;
        } else if (name.equals(Store.NEXT_ORDINAL)) {
            used(value - 1);
        }
    }

    private void used(long ordinal) {
        nextOrdinal = Math.max(nextOrdinal, ordinal + 1);
    }

    private void task(long ordinal, StoredTask stored) {
        used(ordinal);
        sound.put(stored.with(stored.oldest(), 0));
        commitSometimes(100);
    }

    private void group(CompositeKey position, byte[] value) {
        used(position.prefix());
        if (task == null || task.ordinal() != position.prefix()) {
            settle();
            task = sound.task(position.prefix());
            first = position.suffix();
            last = 0;
            bytes = 0;
        }
        EventBlock group = EventBlock.read(position.suffix(), value);
        if (task == null || group.last() > task.last()) {
            return;
        }
        sound.events().put(position.prefix(), position.suffix(), value);
        last = group.last();
        bytes += group.framesLength();
        commitSometimes(value.length);
    }

    /** Tells the task whose events have been copied what it has of them. */
    private void settle() {
        if (task == null || last == 0) {
            return;
        }
        if (last == task.last()) {
            sound.put(task.with(Math.max(task.oldest(), first), bytes));
        } else {
            sound.events().removeFrom(task.ordinal(), 0);
        }
    }

    private void tellOfTasksWithoutEvents() {
        List<StoredTask> without = new ArrayList<>();
        sound.newestFirst(Long.MAX_VALUE, null).forEachRemaining(each -> {
            if (each.bytes() == 0 && each.oldest() <= each.last()) {
                without.add(each);
            }
        });
        without.forEach(each -> sound.put(each.with(each.last() + 1, 0)));
    }

    private void key(String name, KeyAnswer answer) {
        sound.keys().put(name, answer);
        commitSometimes(100);
    }

    private void commitSometimes(long added) {
        uncommitted += added;
        if (uncommitted >= SLICE) {
            sound.commit(0, 1);
            uncommitted = 0;
        }
    }
}
