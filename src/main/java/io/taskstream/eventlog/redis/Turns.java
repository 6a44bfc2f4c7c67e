package io.taskstream.eventlog.redis;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commands of which each node of Redis has at most so many at once; the others wait for their turns, in order. What is done
 * with an answer is done by the executor and not by Lettuce's threads, and is part of the turn: so what has been read and
 * not been dealt with takes a bounded part of the heap. Thread-safe, and nothing blocks.
 */
final class Turns {

    private final ConcurrentMap<String, Node> nodes = new ConcurrentHashMap<>();
    private final int most;
    private final RedisThreads threads;

    /**
     * @param most how many commands a node has at once, at least 1
     */
    Turns(int most, RedisThreads threads) {
        this.most = most;
        this.threads = threads;
    }

    /**
     * Has the command sent when it is its turn.
     *
     * @param node whom it will be sent to
     * @param command sends it
     * @return completed by the executor; the turn ends when all that depends on it has been run
     */
    <T> CompletionStage<T> take(String node, Supplier<? extends CompletionStage<T>> command) {
        return take(node, command, answer -> answer);
    }

    /**
     * The same for a caller that may be a thread of Lettuce: what depends on the answer is known before that can come, or
     * it would be left to the caller.
     *
     * @param dependents adds what depends on the answer
     * @return what that returned
     */
    <T, R> R take(
            String node,
            Supplier<? extends CompletionStage<T>> command,
            Function<? super CompletionStage<T>, R> dependents) {
        var answer = new CompletableFuture<T>();
        R result = dependents.apply(answer);
        nodes.computeIfAbsent(node, name -> new Node()).add(command, answer);
        return result;
    }

    private final class Node {

        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger asked = new AtomicInteger();

        <T> void add(Supplier<? extends CompletionStage<T>> command, CompletableFuture<T> answer) {
            waiting.add(() -> send(command, answer));
            sendAll();
        }

        private <T> void send(Supplier<? extends CompletionStage<T>> command, CompletableFuture<T> answer) {
            try {
                command.get().whenComplete((value, failure) -> threads.execute(() -> end(answer, value, failure)));
            } catch (RuntimeException | Error e) {
                threads.execute(() -> end(answer, null, e));
            }
        }

        private <T> void end(CompletableFuture<T> answer, @Nullable T value, @Nullable Throwable failure) {
            try {
                if (failure == null) {
                    answer.complete(value);
                } else {
                    answer.completeExceptionally(failure);
                }
            } finally {
                underWay.decrementAndGet();
                sendAll();
            }
        }

        /** One thread sends; others that come meanwhile leave it to that one, so commands that fail at once don't nest. */
        private void sendAll() {
            if (asked.getAndIncrement() != 0) {
                return;
            }
            int seen;
            do {
                seen = asked.get();
                while (underWay.get() < most && !waiting.isEmpty()) {
                    underWay.incrementAndGet();
                    waiting.remove().run();
                }
            } while (asked.addAndGet(-seen) != 0);
        }
    }
}
