package io.taskstream.http.body;

import static io.taskstream.testing.Samples.NOON;
import static io.taskstream.testing.Samples.READER;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.Grant;
import io.taskstream.access.Permissions;
import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.Limits;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import io.taskstream.testing.SlowLog;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** A publisher of lines with its log, driven by hand. */
abstract class LineFixture {

    static final TaskId TASK = new TaskId("t");
    static final Duration MINUTE = Duration.ofMinutes(1);
    static final int ROOM = 1 << 20;
    static final int RESERVED = 1 << 18;
    static final Duration LINE = Duration.ofSeconds(30);

    final MemoryEventLog memory =
            new MemoryEventLog(new MemoryBounds(1000, 1 << 20, 10), InstantSource.fixed(NOON), () -> 0L);
    final SettableTime time = new SettableTime();
    final ManualScheduler scheduler = new ManualScheduler();
    final Sessions sessions = new Sessions(Duration.ofDays(1), time, entry -> false);
    final Grant ann =
            new Grant("ann", "session", Permissions.ALL, time.instant().plusSeconds(60));
    Charset charset = StandardCharsets.UTF_8;
    LineFormat format = LineFormat.NDJSON;
    int maxLine = 1_000;
    int perSecond;
    EventRates rates = new EventRates(0, 0, time::nanos);
    final SlowLog log = new SlowLog(memory);
    final ManualExecutor executor = new ManualExecutor();
    final FakeInput in = new FakeInput();
    final ManualTicker ticker = new ManualTicker();
    final PeriodicChecks checks = new PeriodicChecks(scheduler, ticker);
    final ByteBudget budget = new ByteBudget(ROOM + RESERVED, RESERVED);

    private @Nullable LinePublisher publisher;

    final List<LinePublisher.Outcome> outcomes = new ArrayList<>();

    @BeforeEach
    void create() {
        memory.create(Samples.task(TASK.value()));
    }

    void pass(Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            ticker.advance(Duration.ofSeconds(1));
            scheduler.tick();
            executor.runAll();
        }
    }

    /** Nothing arrives for so long that an unfinished line is published. */
    void pause() {
        ticker.advance(LinePublisher.PAUSE);
        scheduler.runDelayed();
        executor.runAll();
    }

    void waitFor(Duration duration) {
        time.advance(duration);
        scheduler.runDelayed();
        executor.runAll();
    }

    void begin(@Nullable EventId expectedLast) throws IOException {
        begin(in, expectedLast);
    }

    void begin(FakeInput in, @Nullable EventId expectedLast) throws IOException {
        begin(in, share("ann"), expectedLast);
    }

    void begin(FakeInput in, ByteBudget.Allocation share, @Nullable EventId expectedLast) throws IOException {
        var limits = new Limits(maxLine, ROOM, LINE, MINUTE, MINUTE, MINUTE, MINUTE);
        var context = new LinePublisher.Context(log, READER, executor, scheduler, limits, checks, new Publishers());
        rates = new EventRates(perSecond, 0, time::nanos);
        var permit = new PublishPermit(TASK, ann, sessions, rates, time);
        publisher = new LinePublisher(
                in, share, permit, format, charset, new BodyPart.Whole(expectedLast, null), context, outcomes::add);
        in.setReadListener(publisher);
    }

    /** The bytes that a request of the subject holds. */
    ByteBudget.Allocation share(String subject) {
        return budget.allocate(new Grant(subject, "", Permissions.ALL, ann.expires()), "192.0.2.1");
    }

    /** The request is ended by the server. */
    void end(Throwable reason) {
        requireNonNull(publisher).end(reason);
    }

    void end() throws IOException {
        in.end();
        executor.runAll();
    }

    LinePublisher.Outcome outcome() {
        assertThat(outcomes).hasSize(1);
        return outcomes.get(0);
    }

    /** The text in the log. */
    String text() {
        return String.join("", deltas());
    }

    List<String> deltas() {
        return events().stream()
                .map(event -> JsonBody.object(event).getString("text"))
                .toList();
    }

    List<String> events() {
        return memory.history(TASK, 0, 1_000).stream()
                .map(event -> new String(event.data(), StandardCharsets.UTF_8))
                .toList();
    }
}
