package io.taskstream.bench.load;

import io.taskstream.bench.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** All viewers of a run, on one thread with one selector. */
public final class Viewers implements AutoCloseable {

    private static final int PORTS_PER_ADDRESS = 5_000;
    private static final int DEAF_BUFFER = 4096;

    private final Target target;
    private final List<String> tasks;
    private final Watching watching;
    private final List<Viewer> viewers = new ArrayList<>();
    private final Latencies latencies = new Latencies();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    private final byte[] bytes = new byte[1 << 16];
    private final Selector selector;
    private final Thread thread = new Thread(this::run, "viewers");

    private volatile boolean closed;
    private volatile long lastArrival = System.nanoTime();
    private volatile long received;
    private int refused;
    private long total;
    private int opened;
    private int withHead;
    private int complete;

    public Viewers(Target target, List<String> tasks, Watching watching) {
        this.target = target;
        this.tasks = tasks;
        this.watching = watching;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins to connect. */
    public void start() {
        thread.start();
    }

    /** Returns once every viewer has its head. */
    public void awaitReady() {
        await(ready, Duration.ofMinutes(2));
    }

    /** Returns once every viewer that reads has all its events, or none has come for that time. */
    public void awaitDone(Duration patience) {
        while (!await(done, Duration.ofMillis(100)) && System.nanoTime() - lastArrival < patience.toNanos()) {
            // Events still come.
        }
    }

    private static boolean await(CountDownLatch latch, Duration patience) {
        try {
            return latch.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** {@link System#nanoTime()} of the last event so far. */
    public long lastArrival() {
        return lastArrival;
    }

    /** How many events have come to all viewers so far. */
    public long received() {
        return received;
    }

    /** Hangs up, and answers what was seen. */
    public Seen end() {
        close();
        var seen = new Seen(latencies);
        seen.refused = refused + (watching.viewers() - opened);
        for (Viewer viewer : viewers) {
            if (viewer.deaf) {
                continue;
            }
            seen.received += viewer.check.received();
            seen.lost += viewer.check.lost(watching.events());
            seen.doubled += viewer.check.doubled();
            seen.disordered += viewer.check.disordered();
            seen.comments += viewer.comments;
        }
        return seen;
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
            for (Viewer viewer : viewers) {
                viewer.channel.close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            openMore();
            while (!closed) {
                selector.select(this::serve);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void openMore() throws IOException {
        while (opened < watching.viewers() && opened - withHead - refused < watching.atOnce()) {
            viewers.add(open(opened));
            opened++;
        }
    }

    private Viewer open(int number) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.bind(new InetSocketAddress(source(number), 0));
        boolean deaf = number < watching.deaf();
        if (deaf) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, DEAF_BUFFER);
        }
        var viewer = new Viewer(channel, deaf, tasks.get(number % tasks.size()));
        channel.register(selector, SelectionKey.OP_CONNECT, viewer);
        channel.connect(target.address());
        return viewer;
    }

    /** One address of the loopback network has not enough ports for all. */
    private static InetAddress source(int number) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (2 + number / PORTS_PER_ADDRESS)});
    }

    private void serve(SelectionKey key) {
        Viewer viewer = (Viewer) key.attachment();
        try {
            if (key.isConnectable()) {
                viewer.channel.finishConnect();
                viewer.channel.write(ByteBuffer.wrap(EventText.ascii("GET " + target.streamPath(viewer.task)
                        + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")));
                key.interestOps(SelectionKey.OP_READ);
            } else {
                read(key, viewer);
            }
        } catch (IOException e) {
            hangUp(key, viewer);
        }
    }

    private void read(SelectionKey key, Viewer viewer) throws IOException {
        int length = viewer.channel.read(buffer.clear());
        if (length < 0) {
            hangUp(key, viewer);
            return;
        }
        buffer.flip().get(bytes, 0, length);
        int before = viewer.check.received();
        boolean hadHead = viewer.body.status() != 0;
        viewer.now = System.nanoTime();
        viewer.body.accept(bytes, length, viewer);
        if (!hadHead && viewer.body.status() != 0) {
            head(key, viewer);
        }
        count(viewer, before);
    }

    private void head(SelectionKey key, Viewer viewer) throws IOException {
        if (viewer.body.status() != 200) {
            refused++;
            viewer.channel.close();
        } else {
            withHead++;
            if (viewer.deaf) {
                key.interestOps(0);
            }
        }
        openMore();
        if (withHead + refused == watching.viewers()) {
            ready.countDown();
        }
    }

    private void count(Viewer viewer, int before) {
        int after = viewer.check.received();
        if (viewer.deaf || after == before) {
            return;
        }
        total += after - before;
        received = total;
        lastArrival = viewer.now;
        if (before < watching.events() && after >= watching.events()) {
            complete++;
            if (complete == watching.viewers() - watching.deaf()) {
                done.countDown();
            }
        }
    }

    private void hangUp(SelectionKey key, Viewer viewer) {
        key.cancel();
        try {
            if (viewer.body.status() == 0) {
                refused++;
                openMore();
            }
            viewer.channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What all viewers that read have seen. */
    public static final class Seen {

        public final Latencies latencies;
        public long received;
        public long lost;
        public long doubled;
        public long disordered;
        public long comments;
        public int refused;

        private Seen(Latencies latencies) {
            this.latencies = latencies;
        }
    }

    private final class Viewer implements BodyDecoder.Body, EventLines.Events {

        private final SocketChannel channel;
        private final boolean deaf;
        private final String task;
        private final BodyDecoder body = new BodyDecoder();
        private final EventLines lines = new EventLines();
        private final SequenceCheck check = new SequenceCheck();
        private int comments;
        private long now;

        Viewer(SocketChannel channel, boolean deaf, String task) {
            this.channel = channel;
            this.deaf = deaf;
            this.task = task;
        }

        @Override
        public void data(byte[] data, int from, int to) {
            lines.accept(data, from, to, this);
        }

        @Override
        public void event(int sequence, long dueNanos) {
            check.accept(sequence);
            latencies.add(now - dueNanos);
        }

        @Override
        public void comment() {
            comments++;
        }
    }
}
