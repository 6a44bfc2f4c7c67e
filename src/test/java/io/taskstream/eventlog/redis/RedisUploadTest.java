package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Begin;
import io.taskstream.eventlog.UploadChange.Claim;
import io.taskstream.eventlog.UploadChange.Heard;
import io.taskstream.task.Task;
import io.taskstream.testing.Events;
import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.RecordingWatcher;
import io.taskstream.testing.RedisEngines;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several servers change uploads while Redis or the network fails. The upload "u" exists. */
@Tag("redis")
final class RedisUploadTest extends TwoServersFixture {

    private static final String STATE = "taskstream:{task}";

    @BeforeEach
    void begin() {
        change(near, new Begin("u", "text/plain"));
    }

    private static CompletionStage<Appended> submit(EventLog log, UploadChange change, String... json) {
        return log.append(TASK, Batch.of(Events.of(json), change, null));
    }

    private static Upload change(EventLog log, UploadChange change, String... json) {
        return Objects.requireNonNull(join(submit(log, change, json)).upload());
    }

    private static Upload claim(EventLog log) {
        return change(log, new Claim("u", -1));
    }

    /** Counts one byte for one event. */
    private static Upload advance(EventLog log, Upload upload) {
        return change(log, next(upload), event(upload));
    }

    private static Advance next(Upload upload) {
        return new Advance("u", upload.turn(), upload.offset(), upload.offset() + 1, false);
    }

    private static String event(Upload upload) {
        return Long.toString(upload.offset() + 1);
    }

    private static Reason refusal(Runnable change) {
        return catchThrowableOfType(UploadRefused.class, change::run).reason();
    }

    private static Reason refusal(CompletionStage<Appended> change) {
        return refusal(() -> join(change));
    }

    private Upload upload() {
        return near.find(TASK).orElseThrow().uploads().get(0);
    }

    private List<String> data() {
        return near.history(TASK, 0, 1_000).stream()
                .map(event -> new String(event.data(), UTF_8))
                .toList();
    }

    // Calls that are repeated

    @Test
    void anAdvanceWhoseAnswerIsLostIsCountedOnce() {
        Upload claimed = claim(far);
        network.loseAnswers();
        CompletionStage<Appended> first = submit(far, next(claimed), "1");
        await("it is in the log", () -> upload().offset() == 1);
        network.mend();
        assertThat(join(first).upload()).isEqualTo(upload());
        assertThat(advance(far, upload()).offset()).isEqualTo(2);
        assertThat(data()).containsExactly("1", "2");
    }

    @Test
    void anAdvanceThatEnteredBeforeAnotherServersClaimAnswersAsThen() {
        Upload claimed = claim(far);
        network.loseAnswers();
        CompletionStage<Appended> before = submit(far, next(claimed), "1");
        await("the first is in the log", () -> upload().offset() == 1);
        CompletionStage<Appended> after = submit(far, new Advance("u", claimed.turn(), 1, 2, false), "2");
        Upload newer = claim(near);
        network.mend();
        Upload answered = Objects.requireNonNull(join(before).upload());
        assertThat(answered.turn()).isEqualTo(claimed.turn());
        assertThat(answered.offset()).isEqualTo(1);
        assertThat(refusal(after)).isEqualTo(Reason.CLAIMED);
        assertThat(upload()).isEqualTo(newer);
        assertThat(data()).containsExactly("1");
    }

    @Test
    void anAdvanceThatReachesRedisAfterAnotherServersClaimIsRefused() {
        Upload claimed = claim(far);
        network.cut();
        CompletionStage<Appended> late = submit(far, next(claimed), "1");
        Upload newer = claim(near);
        network.mend();
        assertThat(refusal(late)).isEqualTo(Reason.CLAIMED);
        assertThat(upload()).isEqualTo(newer);
        assertThat(data()).isEmpty();
    }

    @Test
    void batchesOfOneCallSeeTheChangesOfEarlierOnes() {
        Upload claimed = claim(near);
        server.signal("STOP");
        CompletionStage<Appended> alone = near.append(TASK, Events.batch("\"alone\""));
        CompletionStage<Appended> begun = submit(near, new Begin("v", "text/plain"));
        CompletionStage<Appended> advanced = submit(near, next(claimed), "1");
        CompletionStage<Appended> taken = submit(near, new Claim("u", 7));
        CompletionStage<Appended> fenced = submit(near, new Advance("u", claimed.turn(), 1, 2, false), "2");
        CompletionStage<Appended> goesOn = submit(near, new Advance("u", claimed.turn() + 1, 1, 3, false), "3");
        server.signal("CONT");
        join(alone);
        assertThat(Objects.requireNonNull(join(begun).upload()).name()).isEqualTo("v");
        assertThat(Objects.requireNonNull(join(advanced).upload()).offset()).isEqualTo(1);
        assertThat(Objects.requireNonNull(join(taken).upload()).offset()).isEqualTo(1);
        assertThat(refusal(fenced)).isEqualTo(Reason.CLAIMED);
        assertThat(join(goesOn).upload()).isEqualTo(upload());
        assertThat(upload().offset()).isEqualTo(3);
        assertThat(data()).containsExactly("\"alone\"", "1", "3");
    }

    // Messages

    @Test
    void watchersOnOtherServersAreToldOfChangesButNotOfEachTimeItIsHeardOf() {
        var watcher = new RecordingWatcher();
        EventLog.Watch watch = far.watch(TASK, watcher);
        try (watch) {
            await("told of the beginning", () -> watcher.timesAppended() > 0);
            int told = watcher.timesAppended();
            Upload claimed = claim(near);
            await("told of the claim", () -> watcher.timesAppended() > told);
            String messages = messages();
            IntStream.range(0, 20).forEach(i -> change(near, new Heard("u", claimed.turn())));
            assertThat(messages()).isEqualTo(messages);
        }
    }

    /** The number of messages about uploads. */
    private String messages() {
        return server.cli("hget", STATE, "uploads");
    }

    @Test
    void watchersAreToldWhenAnUploadIsHeardOfAfterASilence() {
        Upload claimed = claim(near);
        server.cli(
                "hset", STATE, "upload:u", server.cli("hget", STATE, "upload:u").replaceFirst("[0-9]{16}:0:", "1:0:"));
        String messages = messages();
        change(near, new Heard("u", claimed.turn()));
        assertThat(messages()).isNotEqualTo(messages);
    }

    @Test
    void aChangeAfterTheEndLeavesTheTaskAsItWas() {
        Upload claimed = claim(near);
        join(near.append(TASK, Events.batch(Events.DONE)));
        LogState ended = near.find(TASK).orElseThrow();
        assertThat(change(near, new Advance("u", claimed.turn(), 0, 5, true)).complete())
                .isTrue();
        LogState after = near.find(TASK).orElseThrow();
        assertThat(after.task()).isEqualTo(ended.task());
        assertThat(after.last()).isEqualTo(ended.last());
        assertThat(Long.parseLong(server.cli("pttl", STATE))).isPositive();
    }

    // A Redis that forgot

    private static final RedisConfig.Timeouts NO_CHECK =
            new RedisConfig.Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofHours(1));

    /** Opens a server that notices a loss only when it is asked. */
    private EventLog openUnchecked() {
        return engines.open(
                new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 0),
                RedisEngines.RETENTION,
                NO_CHECK);
    }

    /** A copy of the state of Redis, for a later {@link #restore}. */
    private List<String> snapshot() {
        return List.of(server.cli("hget", STATE, "last"), server.cli("hget", STATE, "upload:u"));
    }

    private void restore(List<String> snapshot) {
        server.cli(
                "eval",
                "redis.call('HSET', KEYS[1], 'last', ARGV[1], 'upload:u', ARGV[2])"
                        + " redis.call('DEL', KEYS[1] .. ':events')",
                "1",
                STATE,
                snapshot.get(0),
                snapshot.get(1));
    }

    private void assertLost(EventLog... servers) {
        for (EventLog log : servers) {
            assertThat(refusal(() -> claim(log))).isEqualTo(Reason.LOST);
            assertThat(refusal(() -> change(log, new Begin("u", "text/plain")))).isEqualTo(Reason.LOST);
            assertThat(refusal(() -> change(log, new Heard("u", 1)))).isEqualTo(Reason.LOST);
            assertThat(log.find(TASK).orElseThrow().uploads()).isEmpty();
        }
        assertThat(change(near, new Begin("v", "text/plain")).offset()).isZero();
    }

    @Test
    void uploadsOfAWatchedLogThatLostItsEndAreLost() {
        try (var viewer = new FollowingViewer(near, TASK)) {
            Upload claimed = claim(far);
            List<String> before = snapshot();
            advance(far, claimed);
            await("seen", () -> viewer.lines().contains("data: 1"));
            restore(before);
            await("told", viewer::isGone);
        }
        assertLost(near, far);
    }

    @Test
    void theServerThatAdvancedAnUploadNoticesItsLoss() {
        try (EventLog log = openUnchecked()) {
            Upload claimed = claim(log);
            List<String> before = snapshot();
            Upload advanced = advance(log, claimed);
            restore(before);
            assertThat(refusal(submit(log, next(advanced), "2"))).isEqualTo(Reason.LOST);
            assertLost(log, far);
            assertThat(data()).isEmpty();
        }
    }

    @Test
    void aClaimIsNotToldLessThanItsServerAcknowledged() {
        try (EventLog log = openUnchecked()) {
            List<String> before = snapshot();
            advance(log, claim(log));
            restore(before);
            assertThat(refusal(() -> claim(log))).isEqualTo(Reason.LOST);
            assertLost(log, far);
        }
    }

    @Test
    void aLossIsNoticedAlsoWhenTheProducerHasMovedOn() {
        Upload claimed = claim(near);
        List<String> before = snapshot();
        advance(near, claimed);
        restore(before);
        // As much as before, and a newer turn: only the time of the event differs.
        advance(far, claim(far));
        await("noticed", () -> near.find(TASK).orElseThrow().uploads().isEmpty());
        assertLost(near, far);
    }

    @Test
    void aRefusalFromBeforeAnotherServerNoticedTheLossIsNoLongerTold() {
        try (EventLog other = openUnchecked()) {
            Upload claimed = claim(far);
            List<String> before = snapshot();
            Upload advanced = advance(far, claimed);
            change(other, new Heard("u", claimed.turn()));
            network.loseAnswers();
            restore(before);
            CompletionStage<Appended> refused = submit(far, next(advanced), "2");
            await("refused", () -> server.cli("hgetall", STATE + ":calls").contains("r:OFFSET"));
            assertThat(refusal(() -> claim(other))).isEqualTo(Reason.LOST);
            network.mend();
            assertThat(refusal(refused)).isEqualTo(Reason.LOST);
        }
    }

    @Test
    void noTwoServersHaveTheSameTurnAfterAClaimWasLost() {
        try (EventLog log = openUnchecked();
                EventLog other = openUnchecked()) {
            List<String> before = snapshot();
            Upload lost = claim(log);
            restore(before);
            Upload claimed = claim(other);
            assertThat(claimed.turn()).isEqualTo(lost.turn());
            assertThat(refusal(submit(log, next(lost), "1"))).isEqualTo(Reason.LOST);
            assertThat(data()).isEmpty();
        }
    }

    @Test
    void aTaskThatIsCreatedAnewHasNoUploadsAndNoneIsLost() {
        advance(near, claim(near));
        server.cli("flushall");
        near.create(Task.open(TASK, null, Map.of(), Instant.EPOCH));
        assertThat(refusal(() -> claim(near))).isEqualTo(Reason.ABSENT);
        assertThat(change(near, new Begin("u", "text/plain")).offset()).isZero();
        assertThat(advance(near, claim(near)).offset()).isEqualTo(1);
    }
}
