package io.taskstream.run;

import io.taskstream.run.Server.Answer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what is in the spool: creates the task, makes an upload, appends to it, and ends the task.
 *
 * <p>One thread calls {@link #step}; each call makes at most one request, and nothing here waits for anything else. Other
 * threads call {@link #end}, {@link #stop}, and ask how it went.
 */
final class Publisher {

    /** What the next request does. The last three make none. */
    enum Phase {
        CREATE_TASK,
        MAKE_UPLOAD,
        APPEND,
        ASK_OFFSET,
        END_TASK,
        PUBLISHED,
        REFUSED,
        GIVEN_UP
    }

    static final int MOST_BYTES = 256 << 10;
    private static final int FEWEST_BYTES = 4 << 10;

    /** Less than what is announced, since a request takes time, too. */
    private static final long SIGN_OF_LIFE_NANOS = TimeUnit.SECONDS.toNanos(Server.INTERVAL_SECONDS - 2);

    /** From one request with little to the next: many short lines share a request, and nobody sees the delay. */
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Server server;
    private final Spool spool;
    private final Options options;
    private final LongSupplier nanos;
    private final Retries retries;
    private final Consumer<String> say;
    private final Consumer<@Nullable String> created;
    private final String run;

    private volatile Phase phase = Phase.CREATE_TASK;
    private volatile @Nullable End end;
    private volatile boolean isStopped;

    private String upload;
    private int uploads = 1;

    /** The position in the spool of the upload's first byte; negative if an earlier run has published that. */
    private long base;

    private long acknowledged;

    /** The end of what the server can have got. */
    private long sent;

    private int most = MOST_BYTES;
    private boolean mayBeCreated;
    private boolean isCreated;

    /** The answer after which the task is asked whether it is still open, and what goes on then. */
    private @Nullable Answer conflict;

    private Phase afterConflict = Phase.CREATE_TASK;

    /**
     * @param nanos monotonic time
     * @param say gets messages for the user
     * @param created is called once, when the task is there, with the id of its last event, {@code null} for none
     */
    Publisher(
            Server server,
            Spool spool,
            Options options,
            LongSupplier nanos,
            RandomGenerator random,
            Consumer<String> say,
            Consumer<@Nullable String> created) {
        this.server = server;
        this.spool = spool;
        this.options = options;
        this.nanos = nanos;
        this.retries = new Retries(nanos, random, say);
        this.say = say;
        this.created = created;
        this.run = "run-" + Long.toString(random.nextLong() >>> 1, 36);
        this.upload = options.earlierUpload == null ? run : options.earlierUpload;
        this.base = -options.earlierOffset;
        this.acknowledged = Math.max(0, base);
        this.sent = options.earlierUpload == null ? 0 : Long.MAX_VALUE;
    }

    /** Says how the task ends once all output is published. */
    void end(String status, @Nullable String message) {
        end = new End(status, message, nanos.getAsLong());
        spool.end();
    }

    /** Ends publishing before the next request. */
    void stop() {
        isStopped = true;
        spool.changed();
    }

    boolean isOver() {
        return phase.compareTo(Phase.PUBLISHED) >= 0;
    }

    Phase phase() {
        return phase;
    }

    /** Returns the upload, and the offset in it of that position of the spool, as {@code --continue} takes them. */
    String offset(long position) {
        return upload + "@" + (position - base);
    }

    /** Makes the request that is due, and returns in how many nanoseconds the next is, unless the spool changes before. */
    long step() throws InterruptedException {
        long now = nanos.getAsLong();
        long left = nanosUntilGivenUp(now);
        if (left <= 0) {
            phase = Phase.GIVEN_UP;
            return 0;
        }
        if (retries.notBefore() > now) {
            return Math.min(left, retries.notBefore() - now);
        }
        try {
            return Math.min(left, request(now));
        } catch (IOException e) {
            // Fewer bytes may pass where more take too long, or where connections break after a few.
            most = Math.max(FEWEST_BYTES, most / 4);
            return failed(e.getMessage(), 0);
        }
    }

    private long nanosUntilGivenUp(long now) {
        if (isStopped) {
            return 0;
        }
        End known = end;
        if (known == null || options.giveUpAfter.isZero()) {
            return Long.MAX_VALUE;
        }
        return Math.max(known.nanos, retries.lastSuccess()) + options.giveUpAfter.toNanos() - now;
    }

    private long request(long now) throws IOException, InterruptedException {
        return switch (phase) {
            case CREATE_TASK -> createTask();
            case MAKE_UPLOAD -> makeUpload();
            case APPEND -> append(now);
            case ASK_OFFSET -> askOffset();
            case END_TASK -> endTask();
            default -> 0;
        };
    }

    private long createTask() throws IOException, InterruptedException {
        boolean mayBeOurs = mayBeCreated;
        mayBeCreated = true;
        Answer answer = server.createTask(options.title, options.labels);
        if (answer.status() != 200 && answer.status() != 201) {
            return unexpected(answer);
        }
        Map<String, String> task = Json.strings(answer.body());
        String status = task.get("status");
        if (status == null) {
            return failed("what answers there is not Taskstream", 0);
        }
        if (!status.equals("open")) {
            String how = isCreated ? "was finished by somebody else, or by the server" : "is finished already";
            return refused("the task " + options.task + " " + how + " (" + status + ")");
        }
        Answer reason = conflict;
        if (reason != null) {
            conflict = null;
            phase = afterConflict;
            return retries.refused("the server refuses to publish: " + reason);
        }
        isCreated = true;
        retries.succeeded();
        // An answer that was lost may have been the task's creation: then each of its events is later.
        created.accept(mayBeOurs ? null : task.get("lastEventId"));
        phase = Phase.MAKE_UPLOAD;
        return 0;
    }

    /** A 409 without another offset has several causes. Its words alone tell which, so the task is asked if it is open. */
    private long conflict(Answer answer) {
        if (!answer.isOfTaskstream()) {
            return unexpected(answer);
        }
        conflict = answer;
        afterConflict = phase == Phase.APPEND ? Phase.ASK_OFFSET : phase;
        phase = Phase.CREATE_TASK;
        return 0;
    }

    private long makeUpload() throws IOException, InterruptedException {
        Answer answer = server.makeUpload(upload);
        return switch (answer.status()) {
            case 200, 201 -> {
                if (answer.offset() == 0 && acknowledged > base) {
                    tellLoss();
                    base = acknowledged;
                }
                yield goOn(answer, answer.isComplete());
            }
            case 409 -> conflict(answer);
            case 404 -> answer.isOfTaskstream() ? refusedAsDeleted() : unexpected(answer);
            default -> unexpected(answer);
        };
    }

    private long append(long now) throws IOException, InterruptedException {
        Spool.Chunk chunk = spool.next(acknowledged, most);
        if (chunk == null) {
            long silence = retries.lastSuccess() + SIGN_OF_LIFE_NANOS - now;
            if (silence > 0) {
                return Math.min(silence, spool.nanosToPartialLine());
            }
            chunk = Spool.Chunk.EMPTY;
        }
        int length = chunk.bytes.length;
        long before = acknowledged;
        sent = Math.max(sent, before + length);
        Answer answer = server.append(upload, before - base, chunk.bytes, chunk.isLast);
        switch (answer.status()) {
            case 200, 204 -> {
                boolean isComplete = chunk.isLast && base + answer.offset() == before + length;
                if (length > 0 && base + answer.offset() == before) {
                    return failed("it takes nothing", answer.retryAfterSeconds());
                }
                long wait = goOn(answer, isComplete);
                if (phase == Phase.APPEND) {
                    retries.succeeded();
                }
                if (length < most / 2) {
                    retries.pace(now + PACE_NANOS);
                }
                most = Math.min(MOST_BYTES, most * 2);
                return wait;
            }
            case 409 -> {
                // An answer that refuses an append may tell the offset, whatever its reason.
                if (!answer.isOtherOffset()) {
                    return conflict(answer);
                }
                return base + answer.offset() == before ? failed(answer.toString(), 0) : goOn(answer, false);
            }
            case 404 -> {
                if (!answer.isOfTaskstream()) {
                    return unexpected(answer);
                }
                phase = Phase.MAKE_UPLOAD;
                return retries.again(0);
            }
            case 410 -> {
                return startAnew();
            }
            case 413 -> {
                most = Math.max(FEWEST_BYTES, most / 4);
                return unexpected(answer);
            }
            default -> {
                return unexpected(answer);
            }
        }
    }

    private long askOffset() throws IOException, InterruptedException {
        Answer answer = server.offset(upload);
        return switch (answer.status()) {
            case 200, 204 -> goOn(answer, answer.isComplete());
            case 404 -> {
                // Making it again tells whether the task is there, and whether it is Taskstream that answers.
                phase = Phase.MAKE_UPLOAD;
                yield 0;
            }
            case 410 -> startAnew();
            default -> unexpected(answer);
        };
    }

    /** Goes on from the upload's offset that the server has told. */
    private long goOn(Answer answer, boolean isComplete) {
        long position = base + answer.offset();
        if (answer.offset() < 0) {
            return failed("its answer has no Upload-Offset", 0);
        }
        boolean isEnd = isComplete && end != null && position == spool.written();
        if (position < acknowledged || position > Math.min(sent, spool.written()) || isComplete != isEnd) {
            return startAnew();
        }
        // The offset alone is no success: where nothing but appends fails, the runner must say so, and give up.
        if (position > acknowledged || isEnd) {
            retries.succeeded();
        }
        acknowledged = position;
        sent = sent == Long.MAX_VALUE ? position : sent;
        spool.acknowledge(position);
        phase = isEnd ? Phase.END_TASK : Phase.APPEND;
        return 0;
    }

    /** Goes on in another upload, since the server has lost what it had acknowledged. */
    private long startAnew() {
        tellLoss();
        uploads++;
        upload = run + "-" + uploads;
        base = acknowledged;
        sent = acknowledged;
        phase = Phase.MAKE_UPLOAD;
        return retries.again(0);
    }

    private void tellLoss() {
        say.accept("the server has lost output that it had acknowledged; publishing goes on behind it");
    }

    private long endTask() throws IOException, InterruptedException {
        End known = end;
        Answer answer = server.publish(known == null ? "" : known.json(), run + "-end");
        return switch (answer.status()) {
            case 200 -> {
                if (!answer.isOfEvents()) {
                    yield failed("what answers there is not Taskstream", 0);
                }
                retries.succeeded();
                phase = Phase.PUBLISHED;
                yield 0;
            }
            case 409 -> conflict(answer);
            case 404 -> answer.isOfTaskstream() ? refusedAsDeleted() : unexpected(answer);
            default -> unexpected(answer);
        };
    }

    private long refusedAsDeleted() {
        return refused("the task " + options.task + " was deleted, or the server has lost it");
    }

    private long refused(String reason) {
        say.accept(reason + ": the rest of the output is not published");
        phase = Phase.REFUSED;
        return 0;
    }

    private long unexpected(Answer answer) {
        int status = answer.status();
        // A server that has not started Taskstream yet answers for an application of static files, which allows nothing
        // else.
        boolean isNotThere = (status == 403 || status == 404 || status == 405) && !answer.isOfTaskstream();
        if (status >= 500 || status == 408 || status == 425 || status == 429 || isNotThere) {
            return failed(answer.toString(), answer.retryAfterSeconds());
        }
        askOffsetFirst();
        String reason = switch (status) {
            case 401 -> "the server does not accept the token (401): it is missing, wrong, or has expired";
            case 403 -> "the token does not allow to publish to the task " + options.task + " (403)";
            default -> "the server refuses to publish: " + answer;
        };
        return retries.refused(reason);
    }

    private long failed(@Nullable String reason, long retryAfterSeconds) {
        askOffsetFirst();
        return retries.failed(reason, retryAfterSeconds);
    }

    /** After a failure nobody here knows how much the server has got. */
    private void askOffsetFirst() {
        if (phase == Phase.APPEND) {
            phase = Phase.ASK_OFFSET;
        }
    }

    /** How the task ends. */
    private record End(String status, @Nullable String message, long nanos) {

        String json() {
            String text = message == null ? "" : ",\"message\":" + Json.quoted(message);
            return "{\"type\":\"done\",\"status\":" + Json.quoted(status) + text + "}";
        }
    }
}
