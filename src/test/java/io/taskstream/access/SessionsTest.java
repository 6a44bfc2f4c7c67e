package io.taskstream.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.access.token.StaticTokens;
import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final TaskId TASK = new TaskId("task");

    private final SettableTime time = new SettableTime();
    private final Set<String> file = new HashSet<>(Set.of("entry of bob"));
    private final Sessions sessions = new Sessions(Duration.ofDays(1), time, file::contains);
    private final Tickets tickets = new Tickets(Duration.ofSeconds(30), time, new SecureRandom());
    private final StreamPasses passes = new StreamPasses(new byte[32], Duration.ofDays(1), time);
    private final Grant ann =
            new Grant("ann", "session-a", Permissions.ALL, time.instant().plusSeconds(60));
    private final Grant bob = new Grant("bob", "session-b", "entry of bob", Permissions.ALL, Instant.MAX);
    private final AccessControl access = access(AccessControl.Mode.TOKENS);
    private final List<String> ended = new ArrayList<>();

    private AccessControl access(AccessControl.Mode mode) {
        return new AccessControl(mode, token -> ann, tickets, passes, sessions);
    }

    @Test
    void severalTasksNeedATicketEachOfOneSession() {
        TaskId other = new TaskId("other");
        List<TaskId> both = List.of(TASK, other);
        Grant granted = access.byTickets(List.of(tickets.issue(TASK, ann), tickets.issue(other, ann)), both);
        assertThat(granted.subject()).isEqualTo("ann");
        assertThat(both).allMatch(granted.permissions()::mayWatch);
        assertThat(granted.permissions().mayWatch(new TaskId("third"))).isFalse();

        List<List<String>> wrong = List.of(
                List.of(tickets.issue(TASK, ann)),
                List.of(tickets.issue(other, ann), tickets.issue(TASK, ann)),
                List.of(tickets.issue(TASK, ann), tickets.issue(other, bob)));
        assertThat(wrong)
                .allSatisfy(each ->
                        assertThatThrownBy(() -> access.byTickets(each, both)).isInstanceOf(RefusedException.class));
    }

    @Test
    void endingASessionEndsAllThatRunsUnderIt() {
        sessions.begin(ann, () -> ended.add("first"));
        Runnable second = sessions.begin(ann, () -> ended.add("second"));
        sessions.begin(bob, () -> ended.add("bob's"));
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
    void whatRunsByATokenEndsWhenItsFileHasItNoMore() {
        sessions.begin(bob, () -> ended.add("bob's"));
        sessions.begin(ann, () -> ended.add("ann's"));
        sessions.endWithdrawn();
        assertThat(ended).isEmpty();

        file.clear();
        sessions.endWithdrawn();
        assertThat(ended).containsExactly("bob's");
    }

    @Test
    void noWayLeadsBackByATokenThatItsFileHasNoMore() {
        String ticket = tickets.issue(TASK, bob);
        String pass = passes.issue(List.of(TASK), bob);
        var permit = new PublishPermit(TASK, bob, sessions, new EventRates(0, 0, time::nanos), time);
        assertThat(access.byPass(pass, List.of(TASK)).entry()).isEqualTo("entry of bob");
        permit.check();
        file.clear();

        assertThatThrownBy(() -> access.byTicket(ticket, TASK)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> access.byPass(pass, List.of(TASK))).isInstanceOf(RefusedException.class);
        assertThatThrownBy(permit::check).isInstanceOf(RefusedException.class);
        file.add("entry of bob");
        assertThat(access.byPass(pass, List.of(TASK)).subject()).isEqualTo("bob");
    }

    @Test
    void whoSignsOutLeavesNoWayBackButTheToken() {
        String ticket = tickets.issue(TASK, ann);
        String pass = passes.issue(List.of(TASK), ann);
        String bobs = passes.issue(List.of(TASK), bob);
        sessions.begin(ann, () -> ended.add("ann's"));
        access.signOut(ann);

        assertThat(ended).containsExactly("ann's");
        assertThatThrownBy(() -> access.byTicket(ticket, TASK)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> access.byPass(pass, List.of(TASK))).isInstanceOf(RefusedException.class);
        assertThat(access.byPass(bobs, List.of(TASK)).subject()).isEqualTo("bob");
        assertThat(access.byToken("t")).isEqualTo(ann);
        time.advance(Duration.ofMillis(1));
        assertThat(access.byPass(passes.issue(List.of(TASK), ann), List.of(TASK))
                        .subject())
                .isEqualTo("ann");
    }

    @Test
    void noWayLeadsBackIntoAnEndedSession() {
        String ticket = tickets.issue(TASK, ann);
        String pass = passes.issue(List.of(TASK), ann);
        assertThat(access.byToken("t")).isEqualTo(ann);
        sessions.end("session-a");

        assertThatThrownBy(() -> access.byToken("t")).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> access.byTicket(ticket, TASK)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> access.byPass(pass, List.of(TASK))).isInstanceOf(RefusedException.class);
    }

    @Test
    void aStaticTokenThatReplacesAnEndedOneIsGood() {
        var entries = new AtomicReference<>(entries("0123456789abcdef", "*"));
        var tokens = new StaticTokens(entries::get, time);
        var ofFile = new Sessions(Duration.ofDays(1), time, tokens);
        var fileGate = new AccessControl(AccessControl.Mode.TOKENS, tokens, tickets, passes, ofFile);
        Grant before = fileGate.byToken("0123456789abcdef");
        String pass = passes.issue(List.of(TASK), before);
        ofFile.begin(before, () -> ended.add("before"));
        ofFile.end("ci");

        assertThat(ended).containsExactly("before");
        assertThatThrownBy(() -> fileGate.byToken("0123456789abcdef")).isInstanceOf(RefusedException.class);
        entries.set(entries("fedcba9876543210", "*"));
        Grant after = fileGate.byToken("fedcba9876543210");
        ofFile.begin(after, () -> ended.add("after"));
        assertThat(ended).containsExactly("before");
        assertThatThrownBy(() -> fileGate.byPass(pass, List.of(TASK))).isInstanceOf(RefusedException.class);
        entries.set(entries("0123456789abcdef", "other-*"));
        assertThatThrownBy(() -> fileGate.byToken("0123456789abcdef"))
                .as("the same token with other rights")
                .isInstanceOf(RefusedException.class);
        ofFile.end("ci");
        entries.set(entries("fedcba9876543210", "*"));
        assertThat(fileGate.byToken("fedcba9876543210").subject())
                .as("not in the file when the session was ended")
                .isEqualTo("ci");
    }

    private static List<StaticTokens.Entry> entries(String token, String watch) {
        return StaticTokens.parse(
                "{\"tokens\":[{\"subject\":\"ci\",\"token\":\"" + token + "\",\"watch\":[\"" + watch + "\"]}]}");
    }

    @Test
    void aNameOfASubjectIsNoOtherSubjects() {
        Grant ab = new Grant("ab", "s", Permissions.ALL, Instant.MAX);
        Grant a = new Grant("a", "s", Permissions.ALL, Instant.MAX);

        assertThat(ab.ownName("c")).isEqualTo(ab.ownName("c")).hasSize(22);
        assertThat(List.of(
                        ab.ownName("c"),
                        a.ownName("bc"),
                        ab.ownName("C"),
                        Grant.UNRESTRICTED.ownName("c"),
                        Grant.UNRESTRICTED.ownName("abc")))
                .doesNotHaveDuplicates();
    }

    @Test
    void aClosedGateSaysWhichSettingIsMissing() {
        assertThatThrownBy(() -> access(AccessControl.Mode.CLOSED).byToken("t"))
                .hasMessageContaining("taskstream.access");
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
