package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.run.FakeServer.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a publisher ends, and what a later one does. */
class PublisherEndTest extends PublisherFixture {

    @Test
    void aFinishedTaskEndsPublishing() throws Exception {
        append("one\n");
        work(TimeUnit.SECONDS.toNanos(1));
        server.finish("failed");
        append("two\n");
        work(TimeUnit.SECONDS.toNanos(10));

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.REFUSED);
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("build was finished");
    }

    /** The answers to all other requests must not look like success. */
    @Test
    void aProxyThatRefusesOnlyAppendsIsToldAndGivenUp() throws Exception {
        server.faults = () -> Fault.NO_PATCH;
        append("one\n");
        work(TimeUnit.MINUTES.toNanos(1));
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("403");
        assertThat(server.requests).hasSizeLessThan(60);

        publisher.end("completed", null);
        workToTheEnd();

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.GIVEN_UP);
        assertThat(said).hasSize(1);
    }

    /** The server is back a moment before: making the task and the upload must leave time for the bytes. */
    @Test
    void aServerThatIsBackAtTheLastMomentIsInTime() throws Exception {
        open("--give-up-after", "1m");
        server.faults = () -> Fault.CUT_BEFORE;
        append("one\n");
        publisher.end("completed", null);
        work(TimeUnit.SECONDS.toNanos(50));
        var twice = new ArrayList<>(List.of(Fault.NONE, Fault.BAD_GATEWAY, Fault.BAD_GATEWAY));
        now = TimeUnit.SECONDS.toNanos(59);
        server.faults = () -> twice.isEmpty() ? Fault.NONE : twice.remove(0);
        workToTheEnd();

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.PUBLISHED);
    }

    @Test
    void tooManyUploadsAreToldAsThatAndTriedAgain() throws Exception {
        server.faults = () -> Fault.NO_UPLOAD;
        append("one\n");
        work(TimeUnit.MINUTES.toNanos(5));
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("100 uploads");
        assertThat(server.requests).hasSizeLessThan(25);

        server.faults = () -> Fault.NONE;
        publisher.end("completed", null);
        workToTheEnd();

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.PUBLISHED);
        assertThat(server.text()).asString(UTF_8).isEqualTo("one\n");
        assertThat(created).hasSize(1);
    }

    @Test
    void aLoginPageDoesNotEndTheTask() throws Exception {
        append("one\n");
        publisher.end("completed", null);
        server.faults = () -> server.requests.size() < 3 ? Fault.NONE : Fault.LOGIN_PAGE;
        work(TimeUnit.MINUTES.toNanos(1));
        assertThat(publisher.isOver()).isFalse();
        assertThat(said).hasSize(1);

        server.faults = () -> Fault.NONE;
        workToTheEnd();

        assertThat(server.events()).hasSize(1);
    }

    @Test
    void aTaskThatWasFinishedBeforeIsNotFilled() throws Exception {
        server.finish("completed");
        work(TimeUnit.SECONDS.toNanos(1));

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.REFUSED);
        assertThat(created).isEmpty();
        assertThat(said.get(0)).contains("finished already (completed)");
    }

    @Test
    void aDeletedTaskEndsPublishing() throws Exception {
        append("one\n");
        work(TimeUnit.SECONDS.toNanos(1));
        server.delete();
        append("two\n");
        work(TimeUnit.SECONDS.toNanos(10));

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.REFUSED);
        assertThat(said.get(0)).contains("deleted");
    }

    @Test
    void theWatchBeginsBehindTheLastEventOfAnOlderTask() throws Exception {
        server.emit("{}");
        work(1);

        assertThat(created).containsExactly("e-1");
    }

    @Test
    void theWatchBeginsAtTheTasksBeginningIfItMayHaveBeenCreatedUnnoticed() throws Exception {
        server.emit("{}");
        var once = new ArrayList<>(List.of(Fault.CUT_AFTER));
        server.faults = () -> once.isEmpty() ? Fault.NONE : once.remove(0);
        work(TimeUnit.SECONDS.toNanos(1));

        assertThat(created).containsExactly("null");
    }

    @Test
    void itGivesUpOnlyAfterTheCommandsEnd() throws Exception {
        open("--give-up-after", "5m");
        server.faults = () -> Fault.BAD_GATEWAY;
        append("one\n");
        work(TimeUnit.HOURS.toNanos(1));
        assertThat(publisher.isOver()).isFalse();

        publisher.end("completed", null);
        work(TimeUnit.MINUTES.toNanos(4));
        assertThat(publisher.isOver()).isFalse();
        work(TimeUnit.MINUTES.toNanos(2));

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.GIVEN_UP);
    }

    @Test
    void aLaterRunGoesOnWithTheUploadAndDoublesNothing() throws Exception {
        append("one\n");
        work(TimeUnit.SECONDS.toNanos(1));
        server.faults = () -> Fault.CUT_AFTER;
        append("two\nthree\n");
        publisher.end("failed", null);
        work(TimeUnit.SECONDS.toNanos(2));
        publisher.stop();
        workToTheEnd();
        assertThat(server.text()).asString(UTF_8).isEqualTo("one\ntwo\nthree\n");
        String position = publisher.offset(4);
        assertThat(position).endsWith("@4");
        server.faults = () -> Fault.NONE;

        open("--continue", position);
        append("two\nthree\n");
        publisher.end("failed", null);
        workToTheEnd();

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.PUBLISHED);
        assertThat(server.text()).asString(UTF_8).isEqualTo("one\ntwo\nthree\n");
        assertThat(server.violations).isEmpty();
    }

    /** What is kept begins with a segment, in front of what is not acknowledged, and even in front of the upload. */
    @Test
    void aLaterRunMayHaveMoreThanIsMissing() throws Exception {
        append("one\n");
        work(TimeUnit.SECONDS.toNanos(1));
        var once = new ArrayList<>(List.of(Fault.GONE));
        server.faults = () -> once.isEmpty() ? Fault.NONE : once.remove(0);
        append("two\n");
        work(TimeUnit.SECONDS.toNanos(1));
        append("three\n");
        publisher.stop();
        workToTheEnd();
        String position = publisher.offset(0);
        assertThat(position).endsWith("@-4");

        open("--continue", position);
        append("one\ntwo\nthree\n");
        publisher.end("completed", null);
        workToTheEnd();

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.PUBLISHED);
        assertThat(server.text()).asString(UTF_8).isEqualTo("one\ntwo\nthree\n");
        assertThat(said).hasSize(1);
        assertThat(server.violations).isEmpty();
    }

    @Test
    void whatAnswersMustBeTaskstream() throws Exception {
        open();
        server.faults = () -> Fault.NOT_DEPLOYED;
        work(TimeUnit.MINUTES.toNanos(1));

        assertThat(publisher.isOver()).isFalse();
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("403");
    }
}
