package io.taskstream.eventlog;

import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Claim;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every engine must do when requests race for one upload. */
abstract class UploadRaceContract extends UploadContract {

    /** A claim as the log answered it. */
    private record Turn(long turn, long last) {}

    @Test
    void noOlderTurnAdvancesAndNoReaderSeesAnOffsetWithoutItsEvents() throws Exception {
        TaskId id = create("a");
        begin(id, "u");
        int producers = 4;
        var left = new AtomicInteger(producers);
        List<List<Turn>> turns = inParallel(producers + 2, thread -> {
            if (thread < producers) {
                try {
                    return raceForTurns(id, thread);
                } finally {
                    left.decrementAndGet();
                }
            }
            do {
                assertConsistent(id);
            } while (left.get() > 0);
            return List.of();
        });
        assertConsistent(id);
        List<String> events = data(id);
        for (Turn each : turns.stream().flatMap(List::stream).toList()) {
            for (int i = 0; i < events.size(); i++) {
                boolean isOlder = turn(events.get(i)) < each.turn();
                assertThat(isOlder)
                        .as("event %d and %s of %s", i + 1, each, events)
                        .isEqualTo(i < each.last());
            }
        }
        assertThat(events).as("the last turn had no rival").hasSizeGreaterThanOrEqualTo(4);
    }

    /**
     * Claims, and advances until another thread has claimed, for a few turns; at most 20 events, since no engine keeps them
     * all.
     */
    private List<Turn> raceForTurns(TaskId id, int thread) {
        List<Turn> turns = new ArrayList<>();
        for (int round = 0, events = 0; round < 5; round++) {
            Appended claimed = change(id, new Claim("u", -1));
            Upload upload = Objects.requireNonNull(claimed.upload());
            turns.add(new Turn(upload.turn(), claimed.last().sequence()));
            for (int i = 0; i < 4 && upload != null; i++) {
                upload = advanced(id, upload, "x".repeat(1 + (thread + events++) % 7));
            }
        }
        return turns;
    }

    private @Nullable Upload advanced(TaskId id, Upload upload, String padding) {
        String text = upload.turn() + "." + padding;
        long to = upload.offset() + text.length();
        try {
            return change(id, new Advance("u", upload.turn(), upload.offset(), to, false), quote(text))
                    .upload();
        } catch (UploadRefused e) {
            assertThat(e.reason()).isEqualTo(Reason.CLAIMED);
            return null;
        }
    }

    private static long turn(String event) {
        return Long.parseLong(event.substring(1, event.indexOf('.')));
    }

    private void assertConsistent(TaskId id) {
        LogState state = log.find(id).orElseThrow();
        int last = (int) state.last().sequence();
        List<String> events = data(id);
        assertThat(events).hasSizeGreaterThanOrEqualTo(last);
        assertThat(join(log.read(id, Math.max(0, last - 1), PAGE)).last()).isGreaterThanOrEqualTo(last);
        long bytes = events.subList(0, last).stream()
                .mapToInt(event -> event.length() - 2)
                .sum();
        assertThat(state.uploads()).extracting(Upload::offset).containsExactly(bytes);
    }
}
