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
     */
    record Acknowledged(EventId last, long time, Upload upload, long claimed, long nanos) {}

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
        // Known before the answer: a check that finds the loss meanwhile forgets the upload.
        Acknowledged asked = known(key);
        return answer.handle((appended, failure) -> {
                    String epoch = epochOfDoubt(change, appended, failure);
                    return epoch == null ? answer : confirmed(key, asked, epoch, answer);
                })
                .thenCompose(stage -> stage)
                .thenApply(appended -> {
                    remember(key, change, appended);
                    return appended;
                });
    }

    /**
     * Returns the epoch of an answer that may tell less than an earlier one, {@code null} for other answers. A turn goes on only
     * in a log that lacks nothing.
     */
    private static @Nullable String epochOfDoubt(
            UploadChange change, @Nullable Appended appended, @Nullable Throwable failure) {
        if (appended != null) {
            return change instanceof Begin || change instanceof Claim
                    ? appended.last().epoch()
                    : null;
        }
        return failure != null && Replies.cause(failure) instanceof UploadRefused refused ? refused.epoch() : null;
    }

    private CompletionStage<Appended> confirmed(
            Key key, @Nullable Acknowledged asked, String epoch, CompletionStage<Appended> answer) {
        Acknowledged latest = known(key);
        Acknowledged before = latest == null ? asked : latest;
        if (before == null || !before.last().epoch().equals(epoch)) {
            return answer;
        }
        return checks.submit(store.node(key.task()), () -> keeps(key, before))
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(Replies.asEventLogException(failure)))
                .thenCompose(isKept -> isKept
                        ? answer
                        : CompletableFuture.failedStage(new UploadRefused(UploadRefused.Reason.LOST, null)));
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
                                store.node(each.getKey().task()), () -> keeps(each.getKey(), each.getValue()))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        round = CompletableFuture.allOf(checked);
    }

    /** Returns whether the log still has that; otherwise its epoch is another one, or becomes it. */
    private CompletionStage<Boolean> keeps(Key key, Acknowledged known) {
        return store.compare(key.task(), known).thenCompose(found -> switch (found) {
            case KEPT -> CompletableFuture.completedStage(true);
            case OTHER_EPOCH -> {
                forget(key, known);
                yield CompletableFuture.completedStage(false);
            }
            case LOST ->
                store.renew(key.task(), known.last().epoch(), epochs.get()).thenApply(done -> {
                    forget(key, known);
                    return false;
                });
        });
    }

    private void forget(Key key, Acknowledged known) {
        synchronized (uploads) {
            uploads.remove(key, known);
        }
    }
}
