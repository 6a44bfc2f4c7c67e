package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.run.FakeServer.Fault;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The publisher against a server that misbehaves. Time passes only where the publisher waits. */
class PublisherTest {

    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();
    private final List<String> created = new ArrayList<>();
    private final Random random = new Random(1);
    private FakeServer server;
    private Spool spool;
    private Publisher publisher;
    private long now;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        open();
    }

    private void open(String... options) throws Options.WrongUsage {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(server.url() + "/tasks/build");
        var parsed = new Options(arguments);
        spool = new Spool(directory, 1 << 20, 1000, () -> now);
        var calls = new Server(parsed.server, parsed.task, Duration.ofSeconds(20), () -> "secret");
        publisher = new Publisher(calls, spool, parsed, () -> now, random, said::add, last -> created.add("" + last));
    }

    @AfterEach
    void stop() {
        spool.close();
        server.close();
    }

    private void append(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        spool.append(bytes, bytes.length);
    }

    /** Runs the publisher until it ends, or waits longer than some time. */
    private void work(long longest) throws InterruptedException {
        long waited = 0;
        while (!publisher.isOver()) {
            long wait = publisher.step();
            if (wait > longest - waited) {
                return;
            }
            waited += wait;
            now += wait;
        }
    }

    private void workToTheEnd() throws InterruptedException {
        work(TimeUnit.MINUTES.toNanos(20));
        assertThat(publisher.isOver()).isTrue();
    }

    @Test
    void theTaskIsCreatedFilledAndEnded() throws Exception {
        open("--title", "A \"title\"", "--label", "a=b=c", "--label", "d=");
        append("one\ntwo");
        publisher.end("failed", "exit code 3");
        workToTheEnd();

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.PUBLISHED);
        assertThat(server.bodies)
                .containsExactly("{\"title\":\"A \\\"title\\\"\",\"labels\":{\"a\":\"b=c\",\"d\":\"\"}}");
        assertThat(server.text()).asString(UTF_8).isEqualTo("one\ntwo");
        assertThat(server.events())
                .containsExactly("{\"type\":\"done\",\"status\":\"failed\",\"message\":\"exit code 3\"}");
        assertThat(server.tokens).containsOnly("Bearer secret");
        assertThat(server.violations).isEmpty();
        assertThat(created).containsExactly("null");
        assertThat(said).isEmpty();
    }

    @Test
    void inSilenceTheServerHearsOfItMoreOftenThanAnnounced() throws Exception {
        append("one\n");
        work(1);
        int before = server.requests.size();

        work(TimeUnit.SECONDS.toNanos(60));

        assertThat(server.requests.size() - before).isBetween(6, 8);
        assertThat(server.requests.get(before)).startsWith("PATCH");
        assertThat(server.violations).isEmpty();
    }

    @Test
    void aDotIsSentAQuarterOfASecondLater() throws Exception {
        append("one\n");
        work(TimeUnit.MILLISECONDS.toNanos(60));
        append(".");
        work(TimeUnit.MILLISECONDS.toNanos(240));
        assertThat(server.text()).asString(UTF_8).isEqualTo("one\n");

        work(TimeUnit.MILLISECONDS.toNanos(260));

        assertThat(server.text()).asString(UTF_8).isEqualTo("one\n.");
    }

    @Test
    void manyShortLinesShareARequest() throws Exception {
        work(1);
        int before = server.requests.size();
        for (int i = 0; i < 100; i++) {
            append(i + "\n");
            work(TimeUnit.MILLISECONDS.toNanos(1));
            now += TimeUnit.MILLISECONDS.toNanos(1);
        }

        assertThat(server.requests.size() - before).isLessThan(10);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverTheServerDoesTheTextIsTheOutput(long seed) throws Exception {
        var chance = new Random(seed);
        Set<Fault> possible = EnumSet.allOf(Fault.class);
        possible.removeIf(fault -> chance.nextInt(3) == 0);
        Fault[] faults = possible.toArray(new Fault[0]);
        double rate = chance.nextDouble() * 0.7;
        server.faults = () ->
                faults.length > 0 && chance.nextDouble() < rate ? faults[chance.nextInt(faults.length)] : Fault.NONE;
        var output = new ByteArrayOutputStream();
        for (int i = 0; i < 60; i++) {
            byte[] piece = piece(chance);
            output.writeBytes(piece);
            spool.append(piece, piece.length);
            work(TimeUnit.MILLISECONDS.toNanos(chance.nextInt(400)));
        }
        publisher.end("completed", null);
        workToTheEnd();

        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.PUBLISHED);
        assertThat(server.text()).isEqualTo(output.toByteArray());
        assertThat(server.events()).containsExactly("{\"type\":\"done\",\"status\":\"completed\"}");
        assertThat(server.violations).isEmpty();
        assertThat(created).hasSize(1);
    }

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    /** Text with cut characters, lines with and without end, and bytes that are not text. */
    private static byte[] piece(Random chance) {
        byte[] text = ("grün €𝄞" + (chance.nextBoolean() ? "\n" : "\r"))
                .repeat(1 + chance.nextInt(200))
                .getBytes(UTF_8);
        int from = chance.nextInt(text.length);
        byte[] piece = Arrays.copyOfRange(text, from, from + chance.nextInt(text.length - from) + 1);
        if (chance.nextInt(5) == 0) {
            chance.nextBytes(piece);
        }
        return piece;
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"CUT_BEFORE", "BAD_GATEWAY", "UNAVAILABLE", "NOT_DEPLOYED", "UNAUTHORIZED"})
    void theUserIsToldOnceThatTheServerIsAwayAndOnceThatItIsBack(Fault fault) throws Exception {
        work(1);
        server.faults = () -> fault;
        append("one\n");
        work(TimeUnit.MINUTES.toNanos(20));
        assertThat(said).hasSize(1);

        server.faults = () -> Fault.NONE;
        work(TimeUnit.MINUTES.toNanos(2));

        assertThat(said).hasSize(2);
        assertThat(said.get(1)).isEqualTo("the server is back; publishing goes on");
        assertThat(server.text()).asString(UTF_8).isEqualTo("one\n");
    }

    @Test
    void oneBrokenConnectionIsNotWorthAWord() throws Exception {
        work(1);
        var once = new ArrayList<>(List.of(Fault.CUT_AFTER));
        server.faults = () -> once.isEmpty() ? Fault.NONE : once.remove(0);
        append("one\n");
        work(TimeUnit.SECONDS.toNanos(1));

        assertThat(server.text()).asString(UTF_8).isEqualTo("one\n");
        assertThat(said).isEmpty();
    }

    @Test
    void requestsGetSmallerWhereLargeOnesBreakOff() throws Exception {
        server.longestBody = 10_000;
        append("a line\n".repeat(10_000));
        publisher.end("completed", null);
        workToTheEnd();

        assertThat(server.text()).hasSize(70_000);
        assertThat(publisher.phase()).isEqualTo(Publisher.Phase.PUBLISHED);
    }

    @Test
    void retryAfterIsHonoured() throws Exception {
        work(1);
        server.faults = () -> Fault.UNAVAILABLE;
        append("one\n");
        int before = server.requests.size();

        work(TimeUnit.SECONDS.toNanos(19));

        assertThat(server.requests).hasSize(before + 1);
    }

    @Test
    void aTokenThatIsRefusedIsTriedAgainSlowly() throws Exception {
        server.faults = () -> Fault.UNAUTHORIZED;

        work(TimeUnit.MINUTES.toNanos(10));

        assertThat(server.requests.size()).isBetween(10, 21);
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("401").doesNotContain("secret");
    }

    @Test
    void whatTheServerHasLostIsTold() throws Exception {
        append("one\n");
        work(TimeUnit.SECONDS.toNanos(1));
        var once = new ArrayList<>(List.of(Fault.GONE));
        server.faults = () -> once.isEmpty() ? Fault.NONE : once.remove(0);
        append("two\n");
        work(TimeUnit.SECONDS.toNanos(1));

        assertThat(server.text()).asString(UTF_8).isEqualTo("one\ntwo\n");
        assertThat(said)
                .containsExactly("the server has lost output that it had acknowledged; publishing goes on behind it");
    }

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
