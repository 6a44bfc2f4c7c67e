package io.taskstream.bench.load;

import io.taskstream.bench.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Publishes all events of one task in one request, one a line, on the calling thread: as a POST, or as an upload's PATCH. */
public final class LinesPublisher {

    private static final int LINE = EventText.LENGTH + 1;
    private static final int LINES_PER_WRITE = 320;

    private final Target target;
    private final String task;
    private final int events;
    private final boolean isUpload;

    /**
     * @param isUpload whether to upload them; the upload must be there
     */
    public LinesPublisher(Target target, String task, int events, boolean isUpload) {
        this.target = target;
        this.task = task;
        this.events = events;
        this.isUpload = isUpload;
    }

    /** Publishes all, and returns when that is answered. */
    public Published run() {
        long begin = System.nanoTime();
        try (SocketChannel channel = SocketChannel.open(target.address())) {
            write(channel, ByteBuffer.wrap(head()));
            ByteBuffer lines = ByteBuffer.allocateDirect(LINES_PER_WRITE * LINE);
            byte[] line = new byte[LINE];
            line[LINE - 1] = '\n';
            for (int sequence = 1; sequence <= events; sequence++) {
                EventText.write(line, 0, sequence, System.nanoTime());
                lines.put(line);
                if (!lines.hasRemaining() || sequence == events) {
                    write(channel, lines.flip());
                    lines.clear();
                }
            }
            boolean taken = isTaken(channel);
            return new Published(taken ? events : 0, taken ? 0 : events, begin, System.nanoTime());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] head() {
        String request = isUpload
                ? "PATCH " + target.uploadPath(task) + " HTTP/1.1\r\nContent-Type: application/partial-upload\r\n"
                        + "Upload-Offset: 0\r\nUpload-Complete: ?1\r\n"
                : "POST " + target.eventsPath(task) + " HTTP/1.1\r\nContent-Type: application/x-ndjson\r\n";
        return EventText.ascii(request + "Host: localhost\r\nContent-Length: " + (long) events * LINE + "\r\n\r\n");
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static boolean isTaken(SocketChannel channel) throws IOException {
        var responses = new ResponseCounter();
        ByteBuffer in = ByteBuffer.allocate(1 << 14);
        while (channel.read(in.clear()) >= 0) {
            if (responses.accept(in.flip()) > 0) {
                return responses.refused() == 0;
            }
        }
        return false;
    }
}
