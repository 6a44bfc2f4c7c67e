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
 * Limits the number of concurrent commands per node of Redis; further commands wait in order. A command counts until its
 * reply has been used, which happens on the executor, not on Lettuce's threads. So replies that wait to be used take a
 * bounded part of the heap. Thread-safe; never blocks.
 */
final class CommandLimiter {

    private final ConcurrentMap<String, Node> nodes = new ConcurrentHashMap<>();
    private final int limit;
    private final RedisConfig.Threads threads;

    /**
     * @param limit of concurrent commands per node, at least 1
     */
    CommandLimiter(int limit, RedisConfig.Threads threads) {
        this.limit = limit;
        this.threads = threads;
    }

    /**
     * Sends the command as soon as the limit allows.
     *
     * @param node the receiver
     * @param command sends it
     * @return completed on the executor; the command counts until the dependents of this stage have run
     */
    <T> CompletionStage<T> submit(String node, Supplier<? extends CompletionStage<T>> command) {
        return submit(node, command, reply -> reply);
    }

    /**
     * The same for callers on a thread of Lettuce. The dependents are added before the reply can arrive; otherwise they
     * might run on the caller's thread.
     *
     * @param dependents adds dependents to the reply
     * @return the result of that function
     */
    <T, R> R submit(
            String node,
            Supplier<? extends CompletionStage<T>> command,
            Function<? super CompletionStage<T>, R> dependents) {
        var reply = new CompletableFuture<T>();
        R result = dependents.apply(reply);
        nodes.computeIfAbsent(node, name -> new Node()).add(command, reply);
        return result;
    }

    private final class Node {

        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger requests = new AtomicInteger();

        <T> void add(Supplier<? extends CompletionStage<T>> command, CompletableFuture<T> reply) {
            waiting.add(() -> send(command, reply));
            sendAll();
        }

        private <T> void send(Supplier<? extends CompletionStage<T>> command, CompletableFuture<T> reply) {
            try {
                command.get().whenComplete((value, failure) -> threads.execute(() -> end(reply, value, failure)));
            } catch (RuntimeException | Error e) {
                threads.execute(() -> end(reply, null, e));
            }
        }

        private <T> void end(CompletableFuture<T> reply, @Nullable T value, @Nullable Throwable failure) {
            try {
                if (failure == null) {
                    reply.complete(value);
                } else {
                    reply.completeExceptionally(failure);
                }
            } finally {
                underWay.decrementAndGet();
                sendAll();
            }
        }

        /** Only one thread sends at a time, and the others leave their commands to it. So commands that fail at once don't nest. */
        private void sendAll() {
            if (requests.getAndIncrement() != 0) {
                return;
            }
            int seen;
            do {
                seen = requests.get();
                while (underWay.get() < limit && !waiting.isEmpty()) {
                    underWay.incrementAndGet();
                    waiting.remove().run();
                }
            } while (requests.addAndGet(-seen) != 0);
        }
    }
}
