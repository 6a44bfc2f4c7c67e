package io.taskstream.http.body;

import static io.taskstream.testing.Samples.NOON;
import static io.taskstream.testing.Samples.READER;
import static io.taskstream.testing.Stages.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.Grant;
import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.Limits;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Property;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import io.taskstream.testing.SlowLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Wherever an upload's requests end, break off or overtake each other: the offset that the producer is told covers exactly the
 * events in the log, and in the end all bytes are there once.
 */
class UploadsFuzzTest {

    private static final TaskId TASK = new TaskId("t");
    private static final String NAME = "u";
    private static final int ROOM = 1 << 20;
    private static final Duration HOUR = Duration.ofHours(1);

    @Property
    void textArrivesOnceAndWhole(Choices from) throws IOException {
        var producer = new Producer(from, LineFormat.TEXT, LinesFuzzTest.text(from));
        producer.run();
        assertThat(producer.events()).doesNotContain("\"\"");
    }

    @Property
    void linesArriveOnceAndWhole(Choices from) throws IOException {
        List<String> lines = from.list(0, 12, () -> line(from));
        new Producer(from, LineFormat.NDJSON, String.join("\n", lines).getBytes(UTF_8)).run();
    }

    private static String line(Choices from) {
        return from.oneOf("1", "", " ", "\r", "[1,2]\r", "{\"text\":\"\u20ac\ud83d\ude00\"}", Producer.WRONG, "\"x\"");
    }

    /** An upload, its requests, and the server that they reach. */
    private static final class Producer {

        static final String WRONG = "{nul";

        private final MemoryEventLog memory =
                new MemoryEventLog(new MemoryBounds(1_000, 1 << 20, 10), InstantSource.fixed(NOON), () -> 0L);
        private final SlowLog log = new SlowLog(memory);
        private final SettableTime time = new SettableTime();
        private final ManualScheduler scheduler = new ManualScheduler();
        private final ManualTicker ticker = new ManualTicker();
        private final ManualExecutor executor = new ManualExecutor();
        private final PeriodicChecks checks = new PeriodicChecks(scheduler, ticker);
        private final ByteBudget budget = new ByteBudget(ROOM, 0);
        private final OpenUploads open = new OpenUploads(memory, checks);
        private final Sessions sessions = new Sessions(HOUR, time, entry -> false);
        private final EventRates rates;
        private final LinePublisher.Context context = new LinePublisher.Context(
                log,
                READER,
                executor,
                scheduler,
                new Limits(100, ROOM, HOUR, HOUR, HOUR, HOUR, HOUR),
                checks,
                new Publishers());
        private final Choices from;
        private final LineFormat format;
        private final List<Request> requests = new ArrayList<>();
        private byte[] sent;

        Producer(Choices from, LineFormat format, byte[] sent) {
            this.from = from;
            this.format = format;
            this.sent = sent;
            this.rates = new EventRates(from.between(0, 1) * 3, 0, time::nanos);
            log.slow();
            memory.create(Samples.task(TASK.value()));
            change(new UploadChange.Begin(NAME, format.name()));
        }

        private Upload change(UploadChange change) {
            return Objects.requireNonNull(
                    join(memory.append(TASK, Batch.of(List.of(), change, null))).upload());
        }

        void run() throws IOException {
            for (int left = from.between(0, 6); left > 0; left--) {
                Request request = new Request(claim(), false);
                if (from.between(0, 3) == 0) {
                    // The newer request begins first.
                    Request newer = new Request(claim(), false);
                    newer.begin();
                    request.begin();
                    settle();
                    assertThat(request.refusal()).isEqualTo(Reason.CLAIMED);
                    request = newer;
                } else {
                    request.begin();
                }
                request.sendSome();
                endSomehow(request);
                checkLog();
            }
            finish();
        }

        private Upload claim() {
            Upload claimed = change(new UploadChange.Claim(NAME, from.between(-1, 5)));
            open.claimed(TASK, NAME, claimed.turn());
            checkLog();
            return claimed;
        }

        private void endSomehow(Request request) throws IOException {
            switch (from.between(0, 3)) {
                case 0 -> request.end();
                case 1 -> request.breakOff();
                case 2 -> request.isClaimed(claim());
                default -> {
                    // It stays open, and goes on behind the newer ones.
                    Upload newer = claim();
                    request.sendSome();
                    request.isClaimed(newer);
                }
            }
        }

        private void finish() throws IOException {
            Request request;
            do {
                cutWrongLine(upload().offset());
                request = new Request(claim(), true);
                request.begin();
                request.sendAll();
                request.end();
            } while (request.failure() instanceof InvalidItemException);
            assertThat(request.failure()).isNull();
            assertThat(upload().offset()).isEqualTo(sent.length);
            assertThat(upload().complete()).isTrue();
            checkLog();
            ticker.advance(HOUR);
            scheduler.tick();
            settle();
            assertThat(requests).allMatch(each -> each.outcomes.size() == 1);
            assertThat(budget.held()).isZero();
        }

        /** The producer corrects its first wrong line. */
        private void cutWrongLine(long offset) {
            int at = new String(sent, (int) offset, sent.length - (int) offset, UTF_8).indexOf(WRONG);
            if (format == LineFormat.NDJSON && at >= 0) {
                String rest = new String(sent, (int) offset, sent.length - (int) offset, UTF_8);
                var corrected = new ByteArrayOutputStream();
                corrected.write(sent, 0, (int) offset);
                corrected.writeBytes((rest.substring(0, at) + rest.substring(at + WRONG.length())).getBytes(UTF_8));
                sent = corrected.toByteArray();
            }
        }

        /** The log has the events of the bytes that it counts. */
        private void checkLog() {
            String counted = new String(sent, 0, (int) upload().offset(), UTF_8);
            if (format == LineFormat.TEXT) {
                String text = counted.startsWith("\ufeff") ? counted.substring(1) : counted;
                assertThat(events().stream()
                                .map(json -> JsonBody.object(json).getString("text"))
                                .reduce("", String::concat))
                        .isEqualTo(text);
            } else {
                assertThat(events())
                        .isEqualTo(counted.lines()
                                .map(String::strip)
                                .filter(line -> !line.isEmpty())
                                .toList());
            }
        }

        private Upload upload() {
            return memory.find(TASK).orElseThrow().uploads().get(0);
        }

        List<String> events() {
            return memory.history(TASK, 0, 1_000).stream()
                    .map(event -> new String(event.data(), UTF_8))
                    .toList();
        }

        /** Something happens on the server, or time passes. */
        private void step() {
            switch (from.between(0, 4)) {
                case 0 -> executor.runOne();
                case 1 -> finishOne();
                case 2 -> pass(Duration.ofMillis(from.between(1, 1_500)));
                case 3 -> settle();
                default -> scheduler.tick();
            }
        }

        private void finishOne() {
            if (log.waiting() > 0) {
                log.finishOne();
            }
        }

        private void pass(Duration duration) {
            ticker.advance(duration);
            time.advance(duration);
            scheduler.runDelayed();
        }

        /** Does all that the server can do without more bytes. */
        private void settle() {
            while (log.waiting() > 0 || executor.waiting() > 0 || scheduler.delayed() > 0) {
                executor.runAll();
                finishOne();
                pass(Duration.ofSeconds(1));
            }
        }

        /** One PATCH. */
        private final class Request {

            private final FakeInput in = new FakeInput();
            private final List<LinePublisher.Outcome> outcomes = new ArrayList<>();
            private final BodyPart.OfUpload part;
            private int at;

            Request(Upload claimed, boolean isLast) {
                part = new BodyPart.OfUpload(NAME, claimed.turn(), claimed.offset(), isLast, null);
                at = (int) claimed.offset();
            }

            void begin() {
                var permit = new PublishPermit(TASK, Grant.UNRESTRICTED, sessions, rates, time);
                ByteBudget.Allocation share = budget.allocate(Grant.UNRESTRICTED, "::1");
                var publisher = new LinePublisher(in, share, permit, format, UTF_8, part, context, outcome -> {
                    open.end(TASK, part);
                    outcomes.add(outcome);
                });
                requests.add(this);
                open.begin(TASK, part, publisher);
                in.setReadListener(publisher);
            }

            void sendSome() throws IOException {
                for (int left = from.between(0, 6); left > 0 && at < sent.length; left--) {
                    send(from.between(1, 40));
                    step();
                }
            }

            void sendAll() throws IOException {
                while (at < sent.length) {
                    send(from.between(1, 40));
                    step();
                }
            }

            private void send(int most) throws IOException {
                int end = Math.min(sent.length, at + most);
                in.arrive(Arrays.copyOfRange(sent, at, end));
                at = end;
            }

            void end() throws IOException {
                in.endBehindWhatIsUnread();
                settle();
                isTold(upload());
                if (failure() == null) {
                    assertThat(upload().offset()).isBetween((long) leastCounted(), (long) at);
                }
            }

            /** All bytes but those of an unfinished character or line. */
            private int leastCounted() {
                if (format == LineFormat.TEXT) {
                    return at - 3;
                }
                int least = at;
                while (least > part.offset() && sent[least - 1] != '\n') {
                    least--;
                }
                return least;
            }

            void breakOff() {
                in.breakOff(new IOException("Reset by peer"));
                settle();
                isTold(upload());
            }

            /** A newer request was told its offset: this one ends without another byte. */
            void isClaimed(Upload newer) {
                settle();
                checkLog();
                assertThat(upload().offset()).isEqualTo(newer.offset());
                isTold(newer);
            }

            private void isTold(Upload upload) {
                assertThat(outcomes).hasSize(1);
                assertThat(part.offset() + outcomes.get(0).bytes()).isEqualTo(upload.offset());
            }

            @Nullable
            Throwable failure() {
                Throwable failure = outcomes.get(0).failure();
                return failure == null || failure.getCause() == null ? failure : failure.getCause();
            }

            Reason refusal() {
                return ((UploadRefused) Objects.requireNonNull(failure())).reason();
            }
        }
    }
}
