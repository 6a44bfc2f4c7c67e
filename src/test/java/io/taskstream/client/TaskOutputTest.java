package io.taskstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TaskOutputTest extends TaskOutputFixture {

    TaskOutputTest() throws IOException {}

    @Test
    void everyByteArrivesOnceWhateverFails() throws IOException {
        faults.addAll(List.of(
                Fault.NOT_DEPLOYED,
                Fault.LOST_REQUEST,
                Fault.NONE,
                Fault.NOT_DEPLOYED,
                Fault.NONE,
                Fault.NONE,
                Fault.LOST_ANSWER,
                Fault.UNAVAILABLE,
                Fault.NONE,
                Fault.NONE,
                Fault.HALF,
                Fault.LOST_REQUEST));
        var expected = new StringBuilder();
        try (TaskOutput output = open()) {
            for (int i = 0; i < 100_000; i++) {
                output.accept("line " + i);
                expected.append("line ").append(i).append('\n');
            }
        }
        assertThat(text.toString(UTF_8)).isEqualTo(expected.toString());
        assertThat(isComplete).isTrue();
        assertThat(faults).isEmpty();
    }

    @Test
    void theServersRetryAfterCounts() throws IOException {
        faults.add(Fault.UNAVAILABLE);
        try (TaskOutput output = open()) {
            output.write('x');
        }
        assertThat(delays).contains(7_000L);
    }

    @Test
    void manyLinesShareARequest() throws IOException {
        try (TaskOutput output = open()) {
            for (int i = 0; i < 1_000; i++) {
                output.accept("x");
            }
        }
        assertThat(text.size()).isEqualTo(2_000);
        assertThat(requests).hasSizeLessThan(200);
    }

    @Test
    void bytesOfAnEarlierRunAreFollowed() throws IOException {
        text.write("earlier\n".getBytes(UTF_8));
        try (TaskOutput output = open()) {
            output.accept("later");
        }
        assertThat(text.toString(UTF_8)).isEqualTo("earlier\nlater\n");
    }

    @Test
    void aRefusalIsReported() throws IOException {
        faults.addAll(List.of(Fault.NONE, Fault.FINISHED));
        TaskOutput output = open();
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("409");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> output.write('y'));
    }

    @Test
    void aTaskThatWasFinishedBySomebodyElseEndsIt() throws IOException {
        TaskOutput output = open();
        output.write('x');
        awaitRequests(3);
        isFinished = true;
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> output.write(new byte[300 << 10]))
                .withMessageContaining("409");
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("409");
    }

    @Test
    void aTaskThatWasDeletedEndsItAndIsNotMadeAgain() throws IOException {
        TaskOutput output = open();
        output.write('x');
        awaitRequests(3);
        isDeleted = true;
        output.write('y');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("deleted");
        assertThat(created).isEqualTo(1);
    }

    /** The one after the lost answer finds it complete; a POST that the HTTP client has repeated by itself does, too. */
    @Test
    void anUploadThatItHasCompletedItselfIsNoFailure() throws IOException {
        faults.addAll(List.of(Fault.NONE, Fault.NONE, Fault.LOST_ANSWER));
        try (TaskOutput output = open()) {
            output.write('x');
        }
        assertThat(text.toString(UTF_8)).isEqualTo("x");
    }

    @Test
    void aSignOfLifeThatTakesNothingIsNoLongLine() throws Exception {
        faults.addAll(List.of(Fault.NONE, Fault.NONE, Fault.NONE, Fault.SLOW));
        TaskOutput output = open();
        output.write('x');
        awaitRequests(4);
        var writer = new Thread(() -> {
            for (int i = 0; i < 300; i++) {
                output.accept("y".repeat(1_023));
            }
        });
        writer.start();
        while (writer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        slow.release();
        writer.join();
        output.close();
        assertThat(text.size()).isEqualTo(1 + (300 << 10));
    }

    @Test
    void aLineThatDoesNotFitIsReported() {
        areBytesLeft = true;
        TaskOutput output = open();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> output.write(new byte[300 << 10]))
                .withMessageContaining("longer");
    }

    @Test
    void aServerThatIsAwayForTooLongIsReported() throws IOException {
        server.stop(0);
        TaskOutput output = open(jumping);
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("10 minutes");
        assertThat(jumping.now()).isBetween(TaskOutput.PATIENCE_MILLIS, TaskOutput.PATIENCE_MILLIS + 1_000);
        assertThat(delays).containsSubsequence(50L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L);
    }

    @Test
    void theTimeInWhichRequestsHangCounts() throws IOException {
        hanging = 60_000;
        TaskOutput output = open(jumping);
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("10 minutes");
        assertThat(jumping.now()).isLessThan(TaskOutput.PATIENCE_MILLIS + 5 * hanging);
    }

    @Test
    void aProxyThatRefusesOnlyAppendsIsReported() throws IOException {
        areAppendsRefused = true;
        TaskOutput output = open(jumping);
        output.write('x');
        assertThatExceptionOfType(IOException.class).isThrownBy(output::close).withMessageContaining("10 minutes");
    }

    @Test
    void aLongRetryAfterIsNoReasonToGiveUp() throws IOException {
        retryAfter = "3600";
        faults.add(Fault.UNAVAILABLE);
        try (TaskOutput output = open(jumping)) {
            output.write('x');
        }
        assertThat(text.toString(UTF_8)).isEqualTo("x");
        assertThat(jumping.now()).isLessThan(TaskOutput.PATIENCE_MILLIS);
    }

    private void awaitRequests(int count) {
        while (requests.size() < count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whileItIsQuietItGivesSignsOfLife() throws IOException {
        TaskOutput output = open();
        output.write('x');
        awaitRequests(6);
        assertThat(requests.subList(0, 2)).containsOnly("PUT");
        assertThat(delays).contains(8_000L);
        output.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> output.write('y'));
    }
}
