package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that the committing thread is to do, as part of a group. It is answered when the group is committed, also when
 * it was refused: the reason may be in the same group.
 */
final class Order<T> {

    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Function<Staging, T> work;
    private @Nullable T result;
    private @Nullable EventLogException refusal;

    Order(Function<Staging, T> work) {
        this.work = work;
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    /** Adds what it does to the group. Should it fail, but for a refusal, it may have added a part of it. */
    void stage(Staging staging) {
        try {
            result = work.apply(staging);
        } catch (EventLogException e) {
            refusal = e;
        }
    }

    void complete() {
        if (refusal != null) {
            answer.completeExceptionally(refusal);
        } else {
            answer.complete(result);
        }
    }

    void fail(EventLogException failure) {
        answer.completeExceptionally(failure);
    }
}
