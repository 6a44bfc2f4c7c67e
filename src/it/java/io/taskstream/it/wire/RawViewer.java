package io.taskstream.it.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A viewer of a stream on a plain connection. It reads on a thread of its own, cuts what it gets into frames at empty
 * lines, and records when each arrived. It interprets nothing, so a test sees the bytes.
 */
public final class RawViewer implements AutoCloseable {

    private static final long END_OF_STREAM = 0;

    private final RawConnection connection;
    private final RawConnection.Head head;
    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream everything = new ByteArrayOutputStream();
    private final long opened = System.nanoTime();
    private volatile boolean paused;

    /**
     * One frame.
     *
     * @param text with its line ends but without the empty line that ends it
     * @param nanos when its last byte came, in {@link System#nanoTime()}
     */
    public record Frame(String text, long nanos) {

        private boolean isEnd() {
            return nanos == END_OF_STREAM;
        }
    }

    private RawViewer(RawConnection connection, String path, String... headers) throws IOException {
        this.connection = connection;
        var request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        connection.send(request.append("\r\n").toString());
        this.head = connection.readHead();
    }

    /**
     * Watches, reading all the time.
     *
     * @param path behind that of the server's URL
     */
    public static RawViewer open(URI server, String path, String... headers) {
        RawViewer viewer = openPaused(server, path, 0, headers);
        viewer.resume();
        return viewer;
    }

    /** Opens the stream and reads its head and no more, until it is resumed. */
    public static RawViewer openPaused(URI server, String path, int receiveBuffer, String... headers) {
        try {
            return new RawViewer(new RawConnection(server, receiveBuffer), server.getPath() + path, headers);
        } catch (IOException e) {
            throw new AssertionError(path, e);
        }
    }

    /** Reads from now on. */
    public void resume() {
        paused = false;
        var reader = new Thread(this::readFrames, "raw-viewer");
        reader.setDaemon(true);
        reader.start();
    }

    /** Stops reading after what is being read. */
    public void pause() {
        paused = true;
    }

    private void readFrames() {
        var frame = new ByteArrayOutputStream();
        try {
            int before = 0;
            while (!paused) {
                byte[] piece = readPiece();
                if (piece.length == 0) {
                    break;
                }
                synchronized (everything) {
                    everything.writeBytes(piece);
                }
                for (byte b : piece) {
                    if (b == '\n' && before == '\n') {
                        frames.add(new Frame(frame.toString(StandardCharsets.UTF_8), System.nanoTime()));
                        frame.reset();
                        before = 0;
                        continue;
                    }
                    frame.write(b);
                    before = b;
                }
            }
        } catch (EOFException | SocketException e) {
            // The server has ended the connection in the middle of the answer: also an end.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        if (!paused) {
            frames.add(new Frame("", END_OF_STREAM));
        }
    }

    private byte[] readPiece() throws IOException {
        if (!head.isChunked()) {
            byte[] one = connection.read(1);
            return one;
        }
        String size = connection.readLine();
        if (size.isEmpty()) {
            throw new EOFException();
        }
        byte[] chunk = connection.read(Integer.parseInt(size, 16));
        connection.readLine();
        return chunk;
    }

    public RawConnection.Head head() {
        return head;
    }

    /** When the stream was opened, in {@link System#nanoTime()}. */
    public long opened() {
        return opened;
    }

    /** The body so far, as it came. */
    public String body() {
        synchronized (everything) {
            return everything.toString(StandardCharsets.UTF_8);
        }
    }

    /**
     * The next frame.
     *
     * @throws AssertionError if none comes in time, or the stream has ended
     */
    public Frame next(Duration patience) {
        Frame frame = poll(patience);
        if (frame.isEnd()) {
            double seconds = (System.nanoTime() - opened) / 1e9;
            throw new AssertionError(
                    "The stream has ended; now, after %.1f s, there is of it: %s".formatted(seconds, abbreviated()));
        }
        return frame;
    }

    /** The next frame within ten seconds. */
    public String next() {
        return next(Duration.ofSeconds(10)).text();
    }

    /** All frames up to the end of the stream, which must come in time after the frame before it. */
    public List<Frame> rest(Duration patience) {
        return rest(frame -> false, patience);
    }

    /** All frames up to and with the first that is the last, or to the end of the stream. */
    public List<Frame> rest(Predicate<String> isLast, Duration patience) {
        List<Frame> rest = new ArrayList<>();
        for (Frame frame = poll(patience); !frame.isEnd(); frame = poll(patience)) {
            rest.add(frame);
            if (isLast.test(frame.text())) {
                break;
            }
        }
        return rest;
    }

    /** All frames that have come and were not taken yet; does not wait. */
    public List<Frame> soFar() {
        List<Frame> soFar = new ArrayList<>();
        frames.drainTo(soFar);
        soFar.removeIf(Frame::isEnd);
        return soFar;
    }

    private Frame poll(Duration patience) {
        try {
            Frame frame = frames.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (frame == null) {
                throw new AssertionError("No frame came in " + patience + "; so far: " + abbreviated());
            }
            return frame;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String abbreviated() {
        String body = body();
        return body.length() < 2_000 ? body : body.substring(0, 1_000) + " … " + body.substring(body.length() - 1_000);
    }

    /** Breaks the connection off. */
    public void reset() {
        connection.reset();
    }

    @Override
    public void close() {
        connection.close();
    }
}
