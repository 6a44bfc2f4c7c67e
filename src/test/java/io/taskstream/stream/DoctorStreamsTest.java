package io.taskstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ManualScheduler;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DoctorStreamsTest {

    private final ManualScheduler scheduler = new ManualScheduler();
    private final DoctorStreams doctor = new DoctorStreams(new StreamFixture().streams, scheduler);
    private final FakeExchange exchange = new FakeExchange(new FakeOutput());
    private int heads;

    @BeforeEach
    void begin() throws IOException {
        doctor.begin(exchange, () -> heads++, 2_500);
    }

    @Test
    void aNumberComesEachSecond() {
        assertThat(exchange.out().takeText()).isEqualTo("retry: 2500\n\n");
        scheduler.tick();
        assertThat(exchange.out().takeText()).isEqualTo(": 1\n\n");
        scheduler.tick();
        assertThat(exchange.out().takeText()).isEqualTo(": 2\n\n");
    }

    @Test
    void itEndsAfterAMinute() {
        for (int second = 0; second < 60; second++) {
            assertThat(exchange.isCompleted()).isFalse();
            scheduler.tick();
        }
        assertThat(exchange.out().takeText()).endsWith(": 59\n\n: 60\n\n");
        assertThat(exchange.isCompleted()).isTrue();
        assertThat(scheduler.scheduled()).isZero();
    }

    @Test
    void nothingIsKeptOfAViewerThatLeft() {
        exchange.breakOff(new IOException("Reset by peer"));
        scheduler.tick();
        assertThat(scheduler.scheduled()).isZero();
    }

    @Test
    void aViewerThatTakesNothingIsCutOffInTheEnd() {
        exchange.out().setReady(false);
        for (int second = 0; second < 60; second++) {
            scheduler.tick();
        }
        assertThat(exchange.isCompleted()).isTrue();
    }

    @Test
    void aCheckThatCantBeginTakesNoSlot() throws IOException {
        for (int i = 0; i < 200; i++) {
            var used = new FakeExchange(new FakeOutput(work -> {
                throw new IllegalStateException("It is written to already");
            }));
            assertThatThrownBy(() -> doctor.begin(used, () -> heads++, 2_500))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(scheduler.scheduled()).isEqualTo(1);
        assertThat(doctor.begin(new FakeExchange(new FakeOutput()), () -> heads++, 2_500))
                .isTrue();
    }

    @Test
    void moreThanAHundredAreTooMany() throws IOException {
        for (int i = 1; i < 100; i++) {
            assertThat(doctor.isFull()).isFalse();
            doctor.begin(new FakeExchange(new FakeOutput()), () -> heads++, 2_500);
        }
        assertThat(doctor.isFull()).isTrue();
        heads = 0;
        assertThat(doctor.begin(new FakeExchange(new FakeOutput()), () -> heads++, 2_500))
                .isFalse();
        assertThat(heads).as("heads set for a check that is refused").isZero();
        doctor.close();
        assertThat(doctor.isFull()).isFalse();
    }

    @Test
    void anErrorEndsTheCheckAndGivesItsSlotBack() {
        exchange.out().afterWrite(() -> {
            throw new LinkageError("This write fails");
        });
        scheduler.tick();
        scheduler.tick();
        assertThat(scheduler.scheduled()).isZero();
        assertThat(exchange.isCompleted()).isTrue();
    }
}
