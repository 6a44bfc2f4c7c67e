package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.run.FakeServer.Fault;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The publisher against a server that misbehaves. Time passes only where the publisher waits. */
class PublisherTest extends PublisherFixture {

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
}
