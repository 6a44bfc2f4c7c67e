package io.taskstream.bench.load;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Checks what one viewer gets: every event once, in order. */
final class SequenceCheck {

    private int next = 1;
    private int received;
    private int doubled;
    private int disordered;
    private @Nullable BitSet missing;

    void accept(int sequence) {
        received++;
        if (sequence == next) {
            next++;
        } else {
            acceptOutOfLine(sequence);
        }
    }

    private void acceptOutOfLine(int sequence) {
        if (missing == null) {
            missing = new BitSet();
        }
        if (sequence > next) {
            missing.set(next, sequence);
            next = sequence + 1;
        } else if (missing.get(sequence)) {
            missing.clear(sequence);
            disordered++;
        } else {
            doubled++;
        }
    }

    int received() {
        return received;
    }

    /** How many of the events up to this one have not come. */
    int lost(int last) {
        return (missing == null ? 0 : missing.cardinality()) + Math.max(0, last - next + 1);
    }

    int doubled() {
        return doubled;
    }

    int disordered() {
        return disordered;
    }
}
