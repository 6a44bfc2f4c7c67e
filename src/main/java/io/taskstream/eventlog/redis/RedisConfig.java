package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.RepeatedFailures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The configuration of the engine. */
public record RedisConfig(Server server, Retention retention, Timeouts timeouts) {

    /**
     * The Redis server, and the part of it that the engine uses.
     *
     * @param uris in Lettuce's form: {@code redis://}, {@code rediss://} or {@code redis-sentinel://}; of a Cluster, its
     *     seed nodes
     * @param isCluster whether it is a Redis Cluster
     * @param prefix of all keys and channels; without braces
     * @param replicas the number of replicas that must have an append before it is acknowledged; 0 for none
     * @param trust the trusted certificates for TLS, in PEM; {@code null} for those that the JVM trusts
     */
    public record Server(
            List<String> uris,
            boolean isCluster,
            String prefix,
            int replicas,
            @Nullable Path trust) {

        /** Makes one that trusts the certificates that the JVM trusts. */
        public Server(List<String> uris, boolean isCluster, String prefix, int replicas) {
            this(uris, isCluster, prefix, replicas, null);
        }

        public Server {
            uris = List.copyOf(uris);
            if (uris.isEmpty() || (uris.size() > 1 && !isCluster)) {
                throw new IllegalArgumentException("One URI, or those of a cluster's nodes: " + uris);
            }
            if (prefix.indexOf('{') >= 0) {
                throw new IllegalArgumentException("A brace would end the hash tag elsewhere: " + prefix);
            }
            if (isCluster && replicas > 0) {
                throw new IllegalArgumentException("Waiting for replicas is not supported with a cluster");
            }
        }
    }

    /**
     * The retention of events, tasks and idempotency keys.
     *
     * @param events the number of newest events that each task keeps at least; it keeps few more
     * @param finished how long a finished task is kept; zero for ever
     * @param keys how long idempotency keys are kept
     */
    public record Retention(int events, Duration finished, Duration keys) {

        public Retention {
            if (events < 1 || finished.isNegative() || keys.toMillis() < 1) {
                throw new IllegalArgumentException("Retention is positive: " + events + ", " + finished + ", " + keys);
            }
        }
    }

    /**
     * The timeouts and the polling interval.
     *
     * @param command for one command
     * @param append how long an append is retried; one command may come on top
     * @param reread how often watched logs are read without a notification
     */
    public record Timeouts(Duration command, Duration append, Duration reread) {

        /** How long Redis keeps a call's reply: far longer than any call is retried. */
        static final Duration REPLY_KEPT = Duration.ofMinutes(5);

        public Timeouts {
            // A call that is retried after Redis forgot its reply would be done twice.
            if (append.plus(command).compareTo(REPLY_KEPT.minusSeconds(30)) > 0) {
                throw new IllegalArgumentException(
                        "Appends are retried for longer than their replies are kept: " + append + " and " + command);
            }
        }

        /** Returns two seconds for a command, five for an append, and an interval of three. */
        public static Timeouts usual() {
            return new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(3));
        }
    }

    /**
     * The threads of the engine. Lettuce has threads of its own, at most one per connection, which send, receive and
     * decode. Everything that uses a reply and may take time runs on the executor.
     *
     * @param executor uses replies, and completes the stages of callers
     * @param scheduler runs timers
     * @param nanos a monotonic clock, in nanoseconds
     */
    public record Threads(Executor executor, ScheduledExecutorService scheduler, LongSupplier nanos) {

        private static final RepeatedFailures FAILURES = new RepeatedFailures(
                System.getLogger(Threads.class.getName()), "A reply of Redis could not be processed");

        /** Runs the work on the executor, or on this thread if the executor rejects it: a caller waits for the result. */
        void execute(Runnable work) {
            try {
                executor.execute(() -> run(work));
            } catch (RejectedExecutionException e) {
                run(work);
            } catch (RuntimeException | Error e) {
                FAILURES.report(e);
                run(work);
            }
        }

        private static void run(Runnable work) {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                FAILURES.report(e);
            }
        }
    }
}
