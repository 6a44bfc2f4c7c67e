package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Publishers;
import io.taskstream.testing.ManualExecutor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerRunsExecutorTest {

    private final ManualExecutor manual = new ManualExecutor();
    private final Publishers publishers = new Publishers();
    private final List<String> ran = new ArrayList<>();

    @Test
    void theOtherExecutorRunsWhatItTakes() {
        new CallerRunsExecutor(manual, publishers).execute(() -> ran.add("work"));
        assertThat(ran).isEmpty();
        manual.runAll();
        assertThat(ran).containsExactly("work");
    }

    @Test
    void theCallerRunsWhatIsRefused() {
        manual.refuseNext();
        new CallerRunsExecutor(manual, publishers).execute(() -> ran.add("work"));
        assertThat(ran).containsExactly("work");
    }

    @Test
    void whatAnExecutorTookAndRefusedRunsOnce() {
        var executor = new CallerRunsExecutor(
                work -> {
                    manual.execute(work);
                    throw new OutOfMemoryError("unable to create native thread");
                },
                publishers);
        executor.execute(() -> ran.add("work"));
        manual.runAll();
        assertThat(ran).containsExactly("work");
    }

    @Test
    void theCallerRunsAllOnceThePublishersAreEnded() {
        publishers.endAll(new IllegalStateException("The server stops"));
        new CallerRunsExecutor(manual, publishers).execute(() -> ran.add("work"));
        assertThat(ran).containsExactly("work");
        assertThat(manual.waiting()).isZero();
    }

    @Test
    void workThatFailsOnThisThreadRunsOnce() {
        var failure = new IllegalStateException("The work fails");
        var executor = new CallerRunsExecutor(Runnable::run, publishers);
        assertThatThrownBy(() -> executor.execute(() -> {
                    ran.add("work");
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(ran).containsExactly("work");
    }
}
