package io.taskstream.it.wire;

import io.taskstream.it.wire.EventStreamParser.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Many viewers on one thread. Each behaves as an EventSource: when its stream ends, or the server is down,
 * it waits for its reconnection time and reconnects with its last event id. Unlike a browser's, it also reconnects after
 * an error, and honours {@code Retry-After}.
 */
public final class Crowd implements AutoCloseable {

    private final Selector selector;
    private final InetSocketAddress server;
    private final List<Member> members = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> returns = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> attempts = new ConcurrentLinkedQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private final Random random = new Random();
    private volatile double toCut;
    private volatile boolean closed;

    /** All watch one task. They connect one after the other, a thousand a second. */
    public Crowd(URI server, String path, int size) {
        this(server, Collections.nCopies(size, path), Collections.nCopies(size, event -> {}));
    }

    /**
     * Each watches its own stream.
     *
     * @param takers get the events of the stream at the same place in the other list
     */
    public Crowd(URI server, List<String> paths, List<Consumer<Event>> takers) {
        this.server = new InetSocketAddress(server.getHost(), server.getPort());
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long now = System.nanoTime();
        for (int i = 0; i < paths.size(); i++) {
            members.add(new Member(paths.get(i), takers.get(i), now + TimeUnit.MILLISECONDS.toNanos(i)));
        }
        var thread = new Thread(this::run, "crowd");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many have an open stream. */
    public int watching() {
        return count(member -> member.isWatching ? 1 : 0);
    }

    /** How many have got the event of that number. */
    public int reached(long sequence) {
        return count(member -> member.state.last() >= sequence ? 1 : 0);
    }

    /** How many got a reset. */
    public int resets() {
        return count(member -> member.state.resets() > 0 ? 1 : 0);
    }

    /** The violations of what must hold, of all viewers. */
    public List<String> problems() {
        return members.stream()
                .map(member -> member.state.problem())
                .filter(problem -> !problem.isEmpty())
                .toList();
    }

    /** When streams were opened since the last call, in {@link System#nanoTime()}. */
    public List<Long> takeReturns() {
        return take(returns);
    }

    /** When it was tried to open streams since the last call, in {@link System#nanoTime()}. */
    public List<Long> takeAttempts() {
        return take(attempts);
    }

    private static List<Long> take(ConcurrentLinkedQueue<Long> times) {
        List<Long> taken = new ArrayList<>();
        for (Long time = times.poll(); time != null; time = times.poll()) {
            taken.add(time);
        }
        return taken;
    }

    private int count(ToIntFunction<Member> each) {
        return members.stream().mapToInt(each).sum();
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(5);
                for (SelectionKey key : selector.selectedKeys()) {
                    ((Member) key.attachment()).onReady(key);
                }
                selector.selectedKeys().clear();
                cutSome();
                long now = System.nanoTime();
                members.forEach(member -> member.connectIfDue(now));
            }
            for (Member member : members) {
                member.disconnect();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Breaks off this share of the connections, from 0 to 1. */
    public void cut(double share) {
        toCut = share;
    }

    private void cutSome() {
        double share = toCut;
        toCut = 0;
        members.stream()
                .filter(member -> member.isWatching && random.nextDouble() < share)
                .forEach(Member::comeBack);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** One viewer. */
    private final class Member {

        private final String path;
        private final EventSourceState state;
        private AnswerParser answer;
        private SocketChannel channel;
        private long due;
        private volatile boolean isWatching;

        Member(String path, Consumer<Event> taker, long due) {
            this.path = path;
            this.due = due;
            this.state = new EventSourceState(taker);
            this.answer = new AnswerParser(state::accept);
        }

        void connectIfDue(long now) {
            if (channel != null || due - now > 0) {
                return;
            }
            attempts.add(now);
            state.connect();
            answer = new AnswerParser(state::accept);
            try {
                channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(server);
                channel.register(selector, SelectionKey.OP_CONNECT, this);
            } catch (IOException e) {
                comeBack();
            }
        }

        void onReady(SelectionKey key) {
            try {
                if (key.isConnectable()) {
                    channel.finishConnect();
                    channel.write(ByteBuffer.wrap(request().getBytes(StandardCharsets.US_ASCII)));
                    key.interestOps(SelectionKey.OP_READ);
                } else {
                    read();
                }
            } catch (IOException e) {
                comeBack();
            }
        }

        private String request() {
            String last = state.lastEventId().isEmpty() ? "" : "Last-Event-ID: " + state.lastEventId() + "\r\n";
            return "GET " + path + " HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n" + last + "\r\n";
        }

        private void read() throws IOException {
            buffer.clear();
            int length = channel.read(buffer);
            buffer.flip();
            while (buffer.hasRemaining()) {
                answer.accept(buffer.get());
            }
            if (!isWatching && answer.status() == 200) {
                isWatching = true;
                returns.add(System.nanoTime());
            }
            boolean isRefused = answer.status() != 0 && answer.status() != 200;
            if (length < 0 || isRefused || answer.isEnded()) {
                comeBack();
            }
        }

        private void comeBack() {
            disconnect();
            long wait = Math.max(state.retryMillis(), TimeUnit.SECONDS.toMillis(answer.retryAfterSeconds()));
            due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wait);
        }

        private void disconnect() {
            isWatching = false;
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            channel = null;
        }
    }
}
