package io.taskstream.http.resource;

import static io.taskstream.testing.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.ws.rs.WebApplicationException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {

    private static final LogState LOG = new LogState(task("t"), new EventId("e", 9), 1);

    @Test
    void theLimitIsOneHundredUnlessGiven() {
        assertThat(Parameters.limit(null)).isEqualTo(100);
        assertThat(Parameters.limit("1")).isEqualTo(1);
        assertThat(Parameters.limit("1000")).isEqualTo(1000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1001", "x", "1.5", "99999999999999999999"})
    void aWrongLimitIsRefusedAndNamed(String text) {
        assertRefused("limit", () -> Parameters.limit(text));
    }

    @Test
    void aFlagIsTrueOrFalse() {
        assertThat(Parameters.flag("f", null)).isFalse();
        assertThat(Parameters.flag("f", "false")).isFalse();
        assertThat(Parameters.flag("f", "true")).isTrue();
        assertRefused("f", () -> Parameters.flag("f", "yes"));
        assertRefused("f", () -> Parameters.flag("f", ""));
    }

    @Test
    void aStatusHasItsWireName() {
        assertThat(Parameters.status(null)).isNull();
        assertThat(Parameters.status("failed")).isEqualTo(TaskStatus.FAILED);
        assertRefused("status", () -> Parameters.status("FAILED"));
    }

    @Test
    void aLabelIsAKeyAndAValueThatMayHoldColons() {
        assertThat(Parameters.labels(List.of("a:1", "b:x:y", "c:")))
                .containsEntry("a", "1")
                .containsEntry("b", "x:y")
                .containsEntry("c", "");
        assertRefused("label", () -> Parameters.labels(List.of("a")));
        assertRefused("label", () -> Parameters.labels(List.of(":1")));
    }

    @Test
    void noTaskHasTwoValuesOfOneLabel() {
        assertThat(Parameters.labels(List.of("a:1", "a:1"))).containsOnly(Map.entry("a", "1"));
        for (String value : List.of("", "1", "2", "2:1", "x".repeat(256))) {
            Task task = Task.open(new TaskId("t"), null, Map.of("a", value), Instant.EPOCH);
            for (List<String> labels :
                    List.of(List.of("a:1", "a:2"), List.of("a:2", "a:1"), List.of("a:1", "a:2", "a:1"))) {
                var query = new TaskQuery(null, Parameters.labels(labels), 1, null);
                assertThat(query.matches(task)).as("%s of %s", value, labels).isFalse();
            }
        }
    }

    @Test
    void historyGoesOnBehindAnEventOfThisLogAndElseFromItsBeginning() {
        assertThat(Parameters.after(null, LOG)).isZero();
        assertThat(Parameters.after("e-7", LOG)).isEqualTo(7);
        assertThat(Parameters.after("f-7", LOG)).isZero();
        assertRefused("after", () -> Parameters.after("7", LOG));
    }

    @Test
    void aTextBeginsWithAnEventOrWhereAStreamWould() {
        assertThat(Parameters.from(null, LOG)).isEqualTo(1);
        assertThat(Parameters.from("earliest", LOG)).isEqualTo(1);
        assertThat(Parameters.from("latest", LOG)).isEqualTo(10);
        assertThat(Parameters.from("4", LOG)).isEqualTo(4);
        assertThat(Parameters.from("-2", LOG)).isEqualTo(8);
        assertThat(Parameters.from("e-4", LOG)).isEqualTo(4);
        assertThat(Parameters.from("other-4", LOG)).isEqualTo(1);
        assertRefused("from", () -> Parameters.from("e-x", LOG));
        assertRefused("from", () -> Parameters.from("", LOG));
    }

    @Test
    void aChoiceIsOneOfTwo() {
        assertThat(Parameters.choice("ansi", null, "strip", "keep")).isFalse();
        assertThat(Parameters.choice("ansi", "keep", "strip", "keep")).isFalse();
        assertThat(Parameters.choice("ansi", "strip", "strip", "keep")).isTrue();
        assertRefused("ansi", () -> Parameters.choice("ansi", "Strip", "strip", "keep"));
    }

    private static void assertRefused(String name, ThrowingCallable call) {
        assertThatExceptionOfType(WebApplicationException.class)
                .isThrownBy(call)
                .withMessageContaining("'" + name + "'")
                .satisfies(e -> assertThat(e.getResponse().getStatus()).isEqualTo(400));
    }
}
