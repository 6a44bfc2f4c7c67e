package io.taskstream.ops;

import static io.taskstream.ops.OpsFixture.WINDOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Publishers;
import io.taskstream.testing.FakeExchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DrainTest {

    private final OpsFixture fixture = new OpsFixture();

    @Test
    void viewersLeaveInTurnOverTheWindow() {
        long began = fixture.ticker.nanos();
        List<Long> left = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            fixture.watch().whenCompleted(() -> left.add(fixture.ticker.nanos() - began));
        }
        fixture.drain.run();
        assertThat(left)
                .containsExactly(
                        0L,
                        WINDOW.toNanos() / 5,
                        2 * WINDOW.toNanos() / 5,
                        3 * WINDOW.toNanos() / 5,
                        4 * WINDOW.toNanos() / 5);
    }

    @Test
    void eachIsToldAnotherTimeToComeBackAndNoneBeforeTheServerIsGone() {
        List<FakeExchange> viewers = List.of(fixture.watch(), fixture.watch(), fixture.watch(), fixture.watch());
        fixture.drain.run();
        assertThat(viewers)
                .extracting(viewer -> viewer.out().takeText())
                .containsExactlyInAnyOrder(
                        "retry: 11000\n\n", "retry: 13500\n\n", "retry: 16000\n\n", "retry: 18500\n\n");
    }

    @Test
    void whoIsStillThereGetsWhatHappens() {
        FakeExchange first = fixture.watch();
        FakeExchange second = fixture.watch();
        first.whenCompleted(() -> fixture.publish("1"));
        second.whenCompleted(() -> fixture.publish("1"));
        fixture.drain.run();
        String both = first.out().takeText() + second.out().takeText();
        assertThat(both).containsOnlyOnce("data: 1\n");
    }

    @Test
    void newViewersAreRefusedFromTheBeginning() {
        FakeExchange viewer = fixture.watch();
        assertThat(fixture.streams.drainWindow()).isNull();
        List<Duration> windows = new ArrayList<>();
        viewer.whenCompleted(() -> windows.add(fixture.streams.drainWindow()));
        fixture.drain.run();
        assertThat(windows).containsExactly(WINDOW);
        assertThat(fixture.drain.state()).isEqualTo(Drain.State.DRAINED);
    }

    @Test
    void newViewersAreRefusedWhenItHasBegunThoughNoThreadRunsItYet() {
        FakeExchange viewer = fixture.watch();
        fixture.drain.begin();
        assertThat(fixture.streams.drainWindow()).isEqualTo(WINDOW);
        assertThat(fixture.drain.state()).isEqualTo(Drain.State.DRAINING);
        assertThat(viewer.isCompleted()).isFalse();
        fixture.drain.run();
        assertThat(viewer.isCompleted()).isTrue();
        assertThat(fixture.drain.state()).isEqualTo(Drain.State.DRAINED);
        fixture.drain.begin();
        assertThat(fixture.drain.state()).isEqualTo(Drain.State.DRAINED);
    }

    @Test
    void withNobodyThereItTakesNoTime() {
        long began = fixture.ticker.nanos();
        fixture.drain.run();
        assertThat(fixture.ticker.nanos()).isEqualTo(began);
    }

    @Test
    void publishersHaveTheWindowToFinish() {
        long began = fixture.ticker.nanos();
        var silent = new SilentPublisher();
        fixture.publishers.begin(silent);
        fixture.drain.run();
        assertThat(silent.reason).isInstanceOf(EventLogException.Unavailable.class);
        assertThat(silent.ended - began).isEqualTo(WINDOW.toNanos());
        assertThat(fixture.ticker.nanos() - began).isEqualTo(WINDOW.toNanos());
    }

    @Test
    void aPublisherThatIsEndedFindsTheLogOpen() {
        List<Boolean> open = new ArrayList<>();
        fixture.publishers.begin(reason -> open.add(fixture.log.trouble().isEmpty()));
        fixture.drain.run();
        assertThat(open).containsExactly(true);
    }

    @Test
    void aPublisherThatDoesNotAnswerKeepsTheLogOpenForASecond() {
        long began = fixture.ticker.nanos();
        fixture.publishers.begin(reason -> {});
        fixture.drain.run();
        assertThat(fixture.ticker.nanos() - began)
                .isEqualTo(WINDOW.plusSeconds(1).toNanos());
        assertThat(fixture.log.trouble()).isPresent();
    }

    @Test
    void aPublisherThatFailsKeepsNoOtherOpen() {
        var silent = new SilentPublisher();
        fixture.publishers.begin(reason -> {
            throw new LinkageError("This publisher fails");
        });
        fixture.publishers.begin(silent);
        fixture.drain.run();
        assertThat(silent.reason).isNotNull();
        assertThat(fixture.log.trouble()).isPresent();
    }

    @Test
    void aPublisherThatComesTooLateIsEndedAtOnce() {
        fixture.drain.run();
        var silent = new SilentPublisher();
        fixture.publishers.begin(silent);
        assertThat(silent.reason).isInstanceOf(EventLogException.Unavailable.class);
        assertThat(fixture.publishers.count()).isZero();
    }

    /** Sends nothing, and answers when it is ended. */
    private final class SilentPublisher implements Publishers.Request {

        private @Nullable Throwable reason;
        private long ended;

        @Override
        public void end(Throwable why) {
            reason = why;
            ended = fixture.ticker.nanos();
            fixture.publishers.end(this);
        }
    }

    @Test
    void theLogIsClosedInTheEnd() {
        fixture.drain.run();
        assertThat(fixture.log.trouble()).isPresent();
    }

    @Test
    void itHappensOnce() {
        fixture.drain.run();
        fixture.drain.run();
        assertThat(fixture.drain.state()).isEqualTo(Drain.State.DRAINED);
    }

    @Test
    void aThreadThatIsToldToHurryClosesAllAtOnce() {
        var drain = new Drain(fixture.streams, fixture.publishers, fixture.log, WINDOW, fixture.ticker, duration -> {
            throw new InterruptedException();
        });
        List<FakeExchange> viewers = List.of(fixture.watch(), fixture.watch(), fixture.watch());
        drain.run();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(viewers).allMatch(FakeExchange::isCompleted);
    }

    @Test
    void aViewerThatFailsSendsNobodyElseAwayEarly() {
        long began = fixture.ticker.nanos();
        List<Long> left = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            FakeExchange viewer = fixture.watch();
            viewer.whenCompleted(() -> {
                left.add(fixture.ticker.nanos() - began);
                throw new LinkageError("This viewer fails");
            });
        }
        fixture.drain.run();
        assertThat(left)
                .containsExactly(
                        0L,
                        WINDOW.toNanos() / 5,
                        2 * WINDOW.toNanos() / 5,
                        3 * WINDOW.toNanos() / 5,
                        4 * WINDOW.toNanos() / 5);
        assertThat(fixture.drain.state()).isEqualTo(Drain.State.DRAINED);
        assertThat(fixture.log.trouble()).isPresent();
    }
}
