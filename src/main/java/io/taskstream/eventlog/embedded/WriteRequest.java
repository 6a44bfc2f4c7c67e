package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that the committing thread is to do, as part of a group. It is answered when the group is committed, also when
 * it was refused: the reason may be in the same group.
 */
final class WriteRequest<T> {

    private final CompletableFuture<T> answer;
    private final Function<CommitGroup, T> work;
    private final @Nullable String key;
    private @Nullable CachedTask pinned;
    private @Nullable T result;
    private @Nullable EventLogException refusal;

    /**
     * @param answer is completed with the order
     * @param pinned a task that is pinned, and is released when the order is answered; {@code null} for none
     * @param key a key of the task for which a look-up has begun, which ends with the order; {@code null} for none
     */
    WriteRequest(CompletableFuture<T> answer, @Nullable CachedTask pinned, @Nullable String key, Function<CommitGroup, T> work) {
        this.answer = answer;
        this.pinned = pinned;
        this.key = key;
        this.work = work;
    }

    /** One that needs no task. */
    WriteRequest(Function<CommitGroup, T> work) {
        this(new CompletableFuture<>(), null, null, work);
    }

    /** Deletes a task that is pinned. */
    static WriteRequest<Boolean> deletion(CachedTask pinned) {
        return new WriteRequest<>(new CompletableFuture<>(), pinned, null, staging -> staging.delete(pinned));
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    /** Adds what it does to the group. Should it fail, but for a refusal, it may have added a part of it. */
    void stage(CommitGroup staging) {
        try {
            result = work.apply(staging);
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
