package io.taskstream.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final TaskId TASK = new TaskId("task");

    private final SettableTime time = new SettableTime();
    private final Revocations revocations = new Revocations(Duration.ofDays(1), time);
    private final Sessions sessions = new Sessions(revocations);
    private final Tickets tickets = new Tickets(Duration.ofSeconds(30), time, new SecureRandom());
    private final StreamPasses passes = new StreamPasses(new byte[32], Duration.ofDays(1), time);
    private final Grant ann =
            new Grant("ann", "session-a", Rights.ALL, time.instant().plusSeconds(60));
    private final Gate gate = gate(Gate.Mode.TOKENS);
    private final List<String> ended = new ArrayList<>();

    private Gate gate(Gate.Mode mode) {
        return new Gate(mode, token -> ann, tickets, passes, revocations);
    }

    @Test
    void endingASessionEndsAllThatRunsUnderIt() {
        sessions.begin(ann, () -> ended.add("first"));
        Runnable second = sessions.begin(ann, () -> ended.add("second"));
        sessions.begin(new Grant("bob", "session-b", Rights.ALL, Instant.MAX), () -> ended.add("bob's"));
        second.run();

        assertThat(sessions.end("session-a")).isTrue();
        assertThat(ended).containsExactly("first");
    }

    @Test
    void whatBeginsAfterTheEndEndsAtOnce() {
        sessions.end("session-a");
        sessions.begin(ann, () -> ended.add("late"));

        assertThat(ended).containsExactly("late");
    }

    @Test
    void noWayLeadsBackIntoAnEndedSession() {
        String ticket = tickets.give(TASK, ann);
        String pass = passes.give(TASK, ann);
        assertThat(gate.byToken("t")).isEqualTo(ann);
        sessions.end("session-a");

        assertThatThrownBy(() -> gate.byToken("t")).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> gate.byTicket(ticket, TASK)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> gate.byPass(pass, TASK)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aClosedGateSaysWhichSettingIsMissing() {
        assertThatThrownBy(() -> gate(Gate.Mode.CLOSED).byToken("t")).hasMessageContaining("taskstream.access");
    }

    @Test
    void leaveToPublishEndsWithTheGrant() {
        var permit = new PublishPermit(TASK, ann, sessions, new EventRates(0, 0, time::nanos), time);
        permit.check();
        time.advance(Duration.ofSeconds(60));
        assertThatThrownBy(permit::check).isInstanceOf(RefusedException.class);
    }

    @Test
    void leaveToPublishEndsWithTheSession() {
        var permit = new PublishPermit(TASK, ann, sessions, new EventRates(0, 0, time::nanos), time);
        sessions.end("session-a");
        assertThatThrownBy(permit::check).isInstanceOf(RefusedException.class);
    }

    @Test
    void anAuditLineIsOneLineWhateverIsInIt() {
        List<String> lines = new ArrayList<>();
        new Audit(lines::add, time::nanos)
                .note(
                        "refused",
                        Map.of("path", "/a\r\n{\"audit\":\"forged\"}\u2028\u0085\u001b[2J\"" + "x".repeat(999)));

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).matches("[ -~]{1,400}").contains("\\r\\n{\\\"audit\\\"");
    }
}
