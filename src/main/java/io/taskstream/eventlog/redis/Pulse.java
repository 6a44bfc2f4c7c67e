package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Asks again and again whether Redis answers, so that nothing is sent while it does not. */
final class Pulse {

    private final RedisLink link;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile @Nullable String trouble;

    Pulse(RedisLink link) {
        this.link = link;
    }

    boolean isDown() {
        return trouble != null;
    }

    /** What is wrong, for people; empty while Redis answers. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** Asks, unless the last answer has not come yet. */
    void ask() {
        if (asking.compareAndSet(false, true)) {
            ping().whenComplete((answer, failure) -> {
                trouble = failure == null ? null : "Redis does not answer: " + Failures.message(failure);
                asking.set(false);
            });
        }
    }

    private CompletionStage<String> ping() {
        try {
            return link.writing().ping();
        } catch (RedisException e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
