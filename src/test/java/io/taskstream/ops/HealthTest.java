package io.taskstream.ops;

import static io.taskstream.ops.OpsFixture.WINDOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {

    private final OpsFixture fixture = new OpsFixture();
    private final Health health = new Health(fixture.heartbeats, fixture.log, fixture.drain);

    @Test
    void allIsWellAtFirst() {
        assertThat(isUp(health.live())).isTrue();
        assertThat(isUp(health.ready())).isTrue();
        assertThat(isUp(health.started())).isTrue();
    }

    @Test
    void itIsNotReadyWhenTheLogCantKeepEvents() {
        fixture.engine.fail("The disk is full");
        assertThat(fixture.log.append(new TaskId("t"), Samples.batch("1"))).failsWithin(Duration.ZERO);
        assertThat(health.ready()).contains(new Health.Check("log", "The disk is full"));
        assertThat(isUp(health.live())).isTrue();
    }

    @Test
    void itIsDeadWhenTheLogIsLost() {
        fixture.engine.lose("The log has failed");
        assertThat(health.live()).contains(new Health.Check("engine", "The log has failed"));
    }

    @Test
    void itIsNotReadyOnceItDrainsButLives() {
        fixture.drain.run();
        assertThat(isUp(health.ready())).isFalse();
        assertThat(isUp(health.live())).isTrue();
    }

    @Test
    void itIsDeadWhenNothingSendsHeartbeats() {
        fixture.ticker.advance(Duration.ofSeconds(31));
        assertThat(isUp(health.live())).isFalse();
        fixture.scheduler.tick();
        assertThat(isUp(health.live())).isTrue();
    }

    @Test
    void itLivesWhileItDrains() {
        fixture.publishers.begin(reason -> {});
        List<Boolean> alive = new ArrayList<>();
        List<Health> asked = new ArrayList<>();
        var drain = new Drain(fixture.streams, fixture.publishers, fixture.log, WINDOW, fixture.ticker, time -> {
            fixture.ticker.advance(Duration.ofSeconds(31));
            asked.forEach(each -> alive.add(isUp(each.live())));
        });
        asked.add(new Health(fixture.heartbeats, fixture.log, drain));
        drain.run();
        assertThat(alive).isNotEmpty().containsOnly(true);
    }

    @Test
    void whoDrainsVisitsIdleViewersWithoutAScheduler() throws InterruptedException {
        FakeExchange viewer = fixture.watch();
        fixture.heartbeats.close();
        Drain.Pause pause = fixture.ticker::advance;
        pause.sweeping(fixture.heartbeats).take(Duration.ofSeconds(61));
        assertThat(viewer.out().takeText()).isEqualTo(": heartbeat\n\n");
    }

    private static boolean isUp(List<Health.Check> checks) {
        return checks.stream().allMatch(Health.Check::isUp);
    }
}
