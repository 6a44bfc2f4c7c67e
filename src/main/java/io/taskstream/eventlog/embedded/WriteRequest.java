package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A queued write, completed when its commit group is durable. A refusal, too, waits for the group: its reason may be a change
 * of the same group.
 */
final class WriteRequest<T> {

    private final CompletableFuture<T> answer;
    private final Function<CommitGroup, T> work;
    private final @Nullable String key;
    private @Nullable CachedTask pinned;
    private @Nullable T result;
    private @Nullable EventLogException refusal;

    /**
     * @param pinned a pinned task, unpinned on completion; {@code null} for none
     * @param key an idempotency key whose look-up ends on completion; {@code null} for none
     */
    WriteRequest(
            CompletableFuture<T> answer,
            @Nullable CachedTask pinned,
            @Nullable String key,
            Function<CommitGroup, T> work) {
        this.answer = answer;
        this.pinned = pinned;
        this.key = key;
        this.work = work;
    }

    /** Creates a request that needs no task. */
    WriteRequest(Function<CommitGroup, T> work) {
        this(new CompletableFuture<>(), null, null, work);
    }

    /** Returns a request that deletes a pinned task. */
    static WriteRequest<Boolean> deletion(CachedTask pinned) {
        return new WriteRequest<>(new CompletableFuture<>(), pinned, null, group -> group.delete(pinned));
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    /**
     * Adds the request's changes to the group; to another if that one could not be committed. If this fails otherwise than by
     * a refusal, some may have been added.
     */
    void stage(CommitGroup group) {
        refusal = null;
        try {
            result = work.apply(group);
        } catch (EventLogException e) {
            refusal = e;
        }
    }

    void complete() {
        release();
        if (refusal != null) {
            answer.completeExceptionally(refusal);
        } else {
            answer.complete(result);
        }
    }

    void fail(EventLogException failure) {
        release();
        answer.completeExceptionally(failure);
    }

    private void release() {
        CachedTask task = pinned;
        pinned = null;
        if (task == null) {
            return;
        }
        if (key != null) {
            task.endLookUp(key);
        }
        task.unpin();
    }
}
