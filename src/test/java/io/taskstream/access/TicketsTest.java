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
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TicketsTest {

    private static final TaskId TASK = new TaskId("task");

    private final SettableTime time = new SettableTime();
    private final Tickets tickets = new Tickets(Duration.ofSeconds(30), time, new SecureRandom());
    private final StreamPasses passes = new StreamPasses(new byte[32], Duration.ofDays(1), time);

    @Test
    void aTicketGrantsToWatchItsTaskOnce() {
        String ticket = tickets.issue(TASK, grant("ann"));
        Grant granted = tickets.spend(ticket, TASK);

        assertThat(granted.subject()).isEqualTo("ann");
        assertThat(granted.session()).isEqualTo("session of ann");
        assertThat(granted.permissions()).isEqualTo(Permissions.toWatch(TASK));
        assertThatThrownBy(() -> tickets.spend(ticket, TASK)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aTicketIsTooOldAfterItsTime() {
        String ticket = tickets.issue(TASK, grant("ann"));
        time.advance(Duration.ofSeconds(30));
        assertThatThrownBy(() -> tickets.spend(ticket, TASK)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aTicketEndsWithItsGrant() {
        Grant brief = new Grant("ann", "s", Permissions.ALL, time.instant().plusSeconds(1));
        String ticket = tickets.issue(TASK, brief);
        time.advance(Duration.ofSeconds(1));

        assertThatThrownBy(() -> tickets.spend(ticket, TASK))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("expired");
    }

    @Test
    void ofManyWhoUseOneTicketAtOnceOneIsLetIn() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            for (int round = 0; round < 50; round++) {
                String ticket = tickets.issue(TASK, grant("ann"));
                var together = new CyclicBarrier(20);
                List<Future<Boolean>> uses = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    uses.add(threads.submit(() -> {
                        together.await();
                        try {
                            tickets.spend(ticket, TASK);
                            return true;
                        } catch (RefusedException e) {
                            return false;
                        }
                    }));
                }
                int letIn = 0;
                for (Future<Boolean> use : uses) {
                    letIn += use.get() ? 1 : 0;
                }
                assertThat(letIn).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aTicketTriedOnAnotherTaskIsSpentToo() {
        String ticket = tickets.issue(TASK, grant("ann"));

        assertThatThrownBy(() -> tickets.spend(ticket, new TaskId("other"))).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> tickets.spend(ticket, TASK)).isInstanceOf(RefusedException.class);
    }

    @Test
    void nobodyHoardsTickets() {
        for (int i = 0; i < 500; i++) {
            tickets.issue(TASK, grant("ann"));
        }
        assertThatThrownBy(() -> tickets.issue(TASK, grant("ann"))).isInstanceOf(LimitException.class);
        assertThat(tickets.issue(TASK, grant("bob"))).isNotEmpty();
        time.advance(Duration.ofSeconds(30));
        assertThat(tickets.issue(TASK, grant("ann"))).isNotEmpty();
    }

    @Test
    void thereAreOnlySoManyTicketsInAll() {
        for (int i = 0; i < 10_000; i++) {
            tickets.issue(TASK, grant("subject " + i));
        }
        assertThatThrownBy(() -> tickets.issue(TASK, grant("ann")))
                .isInstanceOfSatisfying(
                        LimitException.class,
                        limit -> assertThat(limit.isOfServer()).isTrue());
    }

    @Test
    void aPassGrantsToWatchItsTaskUntilTheGrantEnds() {
        String pass = passes.issue(List.of(TASK), grant("ann"));

        assertThat(passes.verify(pass, List.of(TASK))).isEqualTo(passes.verify(pass, List.of(TASK)));
        assertThat(passes.verify(pass, List.of(TASK)).permissions()).isEqualTo(Permissions.toWatch(TASK));
        assertThatThrownBy(() -> passes.verify(pass, List.of(new TaskId("other"))))
                .isInstanceOf(RefusedException.class);
        time.advance(Duration.ofHours(1));
        assertThatThrownBy(() -> passes.verify(pass, List.of(TASK))).isInstanceOf(RefusedException.class);
    }

    @Test
    void aPassForSeveralTasksIsForTheseOnly() {
        TaskId other = new TaskId("other");
        String pass = passes.issue(List.of(TASK, other), grant("ann"));

        Permissions granted = passes.verify(pass, List.of(TASK, other)).permissions();
        assertThat(granted.mayWatch(TASK)).isTrue();
        assertThat(granted.mayWatch(other)).isTrue();
        assertThat(granted.mayWatch(new TaskId("third"))).isFalse();
        assertThat(granted.mayPublishAny()).isFalse();
        for (List<TaskId> others :
                List.of(List.of(TASK), List.of(other), List.of(other, TASK), List.of(TASK, other, TASK))) {
            assertThatThrownBy(() -> passes.verify(pass, others)).isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void aPassOfAGrantWithoutEndHasOne() {
        String pass = passes.issue(List.of(TASK), new Grant("ann", "s", Permissions.ALL, Instant.MAX));

        time.advance(Duration.ofDays(1));
        assertThatThrownBy(() -> passes.verify(pass, List.of(TASK))).isInstanceOf(RefusedException.class);
    }

    @Test
    void aPassThatWasTouchedIsRefused() {
        String pass = passes.issue(List.of(TASK), grant("ann"));

        for (int i = 0; i < pass.length() - 1; i++) {
            char other = pass.charAt(i) == 'A' ? 'B' : 'A';
            String touched = pass.substring(0, i) + other + pass.substring(i + 1);
            assertThatThrownBy(() -> passes.verify(touched, List.of(TASK))).isInstanceOf(RefusedException.class);
        }
        byte[] otherSecret = new byte[32];
        otherSecret[0] = 1;
        var others = new StreamPasses(otherSecret, Duration.ofDays(1), time);
        assertThatThrownBy(() -> others.verify(pass, List.of(TASK))).isInstanceOf(RefusedException.class);
    }

    private Grant grant(String subject) {
        return new Grant(
                subject,
                "session of " + subject,
                Permissions.ALL,
                time.instant().plusSeconds(3_600));
    }
}
