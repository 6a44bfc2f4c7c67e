package io.taskstream.testing;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do, far longer than that can take. So only a fault exceeds the time. */
public final class Stages {

    private static final long SECONDS = 20;

    private Stages() {}

    /** Returns the stage's result. Throws an unchecked failure as it is. */
    public static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("The stage is still not complete", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns once the condition holds. */
    public static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(SECONDS)) {
                throw new AssertionError("Still not so: " + what);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
