package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Begin;
import io.taskstream.eventlog.UploadChange.Claim;
import io.taskstream.eventlog.UploadChange.Heard;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The uploads that this server has acknowledged lately, and how far. Redis may have lost that, for instance because a replica
 * without it has become the primary. Then the log gets another epoch, so that no producer is told less than before.
 * Thread-safe; never blocks.
 */
final class AcknowledgedUploads {

    private static final int MAX_UPLOADS = 10_000;
    private static final long KEPT_NANOS = Duration.ofMinutes(10).toNanos();
    private static final int MAX_CHECKS = 16;

    private final Map<Key, Acknowledged> uploads = new LinkedHashMap<>();
    private final TaskStore store;
    private final Supplier<String> epochs;
    private final RedisConfig.Threads threads;
    private final CommandLimiter checks;

    /** The checks that are under way, used by the periodic job only. */
    private CompletableFuture<?> round = CompletableFuture.completedFuture(null);

    AcknowledgedUploads(TaskStore store, Supplier<String> epochs, RedisConfig.Threads threads) {
        this.store = store;
        this.epochs = epochs;
        this.threads = threads;
        this.checks = new CommandLimiter(MAX_CHECKS, threads);
    }

    private record Key(TaskId task, String name) {}

    /**
     * What was acknowledged.
     *
     * @param last the last event of the upload; of the log if no event of the upload is known
     * @param time when that event was appended, in milliseconds; 0 if unknown
     * @param claimed when the turn was claimed, in microseconds; 0 if unknown
     * @param nanos when it was acknowledged
     * @param loss whether Redis was found to lack it
     */
    record Acknowledged(EventId last, long time, Upload upload, long claimed, long nanos, AtomicBoolean loss) {

        Acknowledged(EventId last, long time, Upload upload, long claimed, long nanos) {
            this(last, time, upload, claimed, nanos, new AtomicBoolean());
        }
    }

    /** Returns when that turn was claimed, as an argument for the script; 0 if this server did not claim it. */
    long claimed(TaskId id, UploadChange change) {
        Acknowledged known = known(new Key(id, change.name()));
        return known != null && known.upload().turn() == turn(change) ? known.claimed() : 0;
    }

    private static long turn(UploadChange change) {
        if (change instanceof Advance advance) {
            return advance.turn();
        }
        return change instanceof Heard heard ? heard.turn() : -1;
    }

    /** Remembers an answer. Replaces it by {@link UploadRefused.Reason#LOST} if Redis lacks what was acknowledged before. */
    CompletionStage<Appended> checked(TaskId id, UploadChange change, CompletionStage<Appended> answer) {
        var key = new Key(id, change.name());
        Acknowledged asked = known(key);
        return answer.handle((appended, failure) ->
                        mayTellLess(change, failure) ? confirmed(key, asked, appended, answer) : answer)
                .thenCompose(stage -> stage)
                .thenApply(appended -> {
                    remember(key, change, appended);
                    return appended;
                });
    }

    /** Whether the answer may tell less than an earlier one. A turn goes on only in a log that lacks nothing. */
    private static boolean mayTellLess(UploadChange change, @Nullable Throwable failure) {
        return failure == null
                ? change instanceof Begin || change instanceof Claim
                : Replies.cause(failure) instanceof UploadRefused;
    }

    private CompletionStage<Appended> confirmed(
            Key key, @Nullable Acknowledged asked, @Nullable Appended appended, CompletionStage<Appended> answer) {
        Acknowledged before = known(key);
        if (before == null) {
            return asked != null && isLost(asked, appended) ? CompletableFuture.failedStage(lost()) : answer;
        }
        return checks.submit(store.node(key.task()), () -> renewIfLost(key, before))
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(Replies.asEventLogException(failure)))
                .thenCompose(
                        isLost -> isLost || isLost(before, appended) ? CompletableFuture.failedStage(lost()) : answer);
    }

    /** Whether another check found the loss while the answer was under way, so that it may be one of the old epoch. */
    private static boolean isLost(Acknowledged known, @Nullable Appended appended) {
        return known.loss().get()
                && (appended == null
                        || appended.last().epoch().equals(known.last().epoch()));
    }

    private static UploadRefused lost() {
        return new UploadRefused(UploadRefused.Reason.LOST, null);
    }

    private @Nullable Acknowledged known(Key key) {
        synchronized (uploads) {
            return uploads.get(key);
        }
    }

    private void remember(Key key, UploadChange change, Appended appended) {
        Upload upload = appended.upload();
        if (upload == null) {
            return;
        }
        synchronized (uploads) {
            Acknowledged before = uploads.get(key);
            if (before != null && !before.last().epoch().equals(appended.last().epoch())) {
                before = null;
            }
            if (before == null || !before.upload().heard().isAfter(upload.heard())) {
                uploads.remove(key);
                uploads.put(key, after(before, change, appended, upload));
            }
            if (uploads.size() > MAX_UPLOADS) {
                uploads.remove(uploads.keySet().iterator().next());
            }
        }
    }

    private Acknowledged after(@Nullable Acknowledged before, UploadChange change, Appended appended, Upload upload) {
        long claimed = 0;
        if (change instanceof Claim) {
            claimed = UploadText.micros(upload.heard());
        } else if (before != null && before.upload().turn() == upload.turn()) {
            claimed = before.claimed();
        }
        long now = threads.nanos().getAsLong();
        if (change instanceof Advance && appended.count() > 0) {
            return new Acknowledged(appended.last(), upload.heard().toEpochMilli(), upload, claimed, now);
        }
        return before == null
                ? new Acknowledged(appended.last(), 0, upload, claimed, now)
                : new Acknowledged(before.last(), before.time(), upload, claimed, now);
    }

    /** Looks whether Redis still has everything, since producers may have moved to other servers. To be called periodically. */
    void checkAll() {
        if (!round.isDone()) {
            return;
        }
        long now = threads.nanos().getAsLong();
        Map<Key, Acknowledged> all;
        synchronized (uploads) {
            uploads.values().removeIf(each -> now - each.nanos() > KEPT_NANOS);
            all = Map.copyOf(uploads);
        }
        CompletableFuture<?>[] checked = all.entrySet().stream()
                .map(each -> checks.submit(
                                store.node(each.getKey().task()), () -> renewIfLost(each.getKey(), each.getValue()))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        round = CompletableFuture.allOf(checked);
    }

    /** Returns whether the upload was lost; then the log has another epoch. */
    private CompletionStage<Boolean> renewIfLost(Key key, Acknowledged known) {
        return store.compare(key.task(), known).thenCompose(found -> switch (found) {
            case KEPT -> CompletableFuture.completedStage(false);
            case OTHER_EPOCH -> {
                forget(key, known);
                yield CompletableFuture.completedStage(false);
            }
            case LOST -> {
                // Noted first: once the epoch is another, a further check can't find the loss.
                known.loss().set(true);
                yield store.renew(key.task(), known.last().epoch(), epochs.get())
                        .thenApply(done -> {
                            forget(key, known);
                            return true;
                        });
            }
        });
    }

    private void forget(Key key, Acknowledged known) {
        synchronized (uploads) {
            uploads.remove(key, known);
        }
    }
}
