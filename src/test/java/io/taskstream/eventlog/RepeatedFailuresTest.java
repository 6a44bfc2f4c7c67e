package io.taskstream.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RepeatedFailuresTest {

    private final List<String> written = new ArrayList<>();
    private final RepeatedFailures failures = new RepeatedFailures(new RecordingLogger(), "A visit failed");

    @Test
    void theFirstOfAKindIsWrittenWhole() {
        failures.report(new LinkageError("Too deep"));
        assertThat(written).containsExactly("A visit failed: java.lang.LinkageError: Too deep");
    }

    @Test
    void aThousandOfAKindTakeTenLines() {
        for (int i = 0; i < 1_000; i++) {
            failures.report(failure());
        }
        assertThat(written).hasSize(10).last().asString().endsWith("for the 512th time)");
    }

    @Test
    void anotherKindIsWrittenThoughOneRepeats() {
        for (int i = 0; i < 1_000; i++) {
            failures.report(failure());
        }
        written.clear();
        failures.report(new LinkageError("Too deep"));
        assertThat(written).hasSize(1);
    }

    @Test
    void aLogThatCantBeWrittenHarmsNobody() {
        new RepeatedFailures(
                        new RecordingLogger() {
                            @Override
                            public void log(
                                    Level level, ResourceBundle bundle, String message, @Nullable Throwable thrown) {
                                throw new InternalError("No memory");
                            }
                        },
                        "A visit failed")
                .report(failure());
        assertThat(written).isEmpty();
    }

    private static IllegalStateException failure() {
        return new IllegalStateException("This visit fails");
    }

    private class RecordingLogger implements System.Logger {

        @Override
        public String getName() {
            return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, @Nullable Throwable thrown) {
            written.add(message + (thrown == null ? "" : ": " + thrown));
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Object... parameters) {
            written.add(message);
        }
    }
}
