package io.taskstream.bench.load;

import io.taskstream.bench.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/** Publishes each event by a request of its own, over a few connections, on the calling thread. */
public final class PostPublisher {

    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Target target;
    private final List<String> tasks;
    private final Publishing publishing;
    private final List<PostConnection> connections = new ArrayList<>();

    public PostPublisher(Target target, List<String> tasks, Publishing publishing) {
        this.target = target;
        this.tasks = tasks;
        this.publishing = publishing;
    }

    /** Publishes all, and returns when all is answered. */
    public Published run() {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < publishing.connections(); i++) {
                connections.add(new PostConnection(target, heads(i), publishing, selector));
            }
            long begin = System.nanoTime();
            if (publishing.perSecond() == 0) {
                flatOut(selector);
            } else {
                atRate(selector, begin);
            }
            long end = System.nanoTime();
            long refused = 0;
            long answered = 0;
            for (PostConnection connection : connections) {
                refused += connection.refused();
                answered += connection.answered();
                connection.close();
            }
            return new Published(answered - refused, refused, begin, end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[][] heads(int connection) {
        List<byte[]> heads = new ArrayList<>();
        for (int task = connection; task < tasks.size(); task += publishing.connections()) {
            heads.add(PostConnection.head(target, tasks.get(task)));
        }
        return heads.toArray(byte[][]::new);
    }

    private void flatOut(Selector selector) throws IOException {
        for (PostConnection connection : connections) {
            connection.send();
        }
        awaitAnswers(selector);
    }

    /** Open loop: an event is due when it is due, whatever has become of those before it. */
    private void atRate(Selector selector, long begin) throws IOException {
        long interval = 1_000_000_000L / publishing.perSecond();
        long count = (long) tasks.size() * publishing.events();
        for (long event = 0; event < count; event++) {
            long due = begin + event * interval;
            for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                receive(selector, Math.max(1, (due - now) / 1_000_000));
            }
            connections.get((int) (event % tasks.size()) % connections.size()).due(due);
        }
        awaitAnswers(selector);
    }

    private void awaitAnswers(Selector selector) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!connections.stream().allMatch(PostConnection::isDone)) {
            if (System.nanoTime() > deadline) {
                throw new IOException(target.name() + " does not answer posts");
            }
            receive(selector, 100);
        }
    }

    private static void receive(Selector selector, long millis) throws IOException {
        selector.select(
                key -> {
                    try {
                        ((PostConnection) key.attachment()).receive();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                millis);
    }
}
