package io.taskstream.bench.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The frames of a task, end to end, and its viewers. */
final class CeilingTask {

    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "\ndata: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final List<CeilingConnection> viewers = new ArrayList<>();
    private ByteBuffer frames = ByteBuffer.allocateDirect(1 << 12);
    private int count;

    void add(byte[] event, int offset, int length) {
        if (viewers.isEmpty()) {
            frames.clear();
        }
        byte[] sequence = Integer.toString(++count).getBytes(StandardCharsets.US_ASCII);
        int size = length + ID.length + sequence.length + DATA.length + END.length;
        if (frames.remaining() < size) {
            frames = ByteBuffer.allocateDirect(frames.capacity() * 2 + size).put(frames.flip());
        }
        frames.put(ID).put(sequence).put(DATA).put(event, offset, length).put(END);
    }

    void flush() throws IOException {
        for (int i = viewers.size() - 1; i >= 0; i--) {
            CeilingConnection viewer = viewers.get(i);
            if (!viewer.isBlocked()) {
                viewer.flush();
            }
        }
    }

    /** The frames from that position on. */
    ByteBuffer from(int position) {
        return frames.duplicate().flip().position(position);
    }

    /** Answers where the viewer begins. */
    int join(CeilingConnection viewer) {
        viewers.add(viewer);
        return frames.position();
    }

    void leave(CeilingConnection viewer) {
        viewers.remove(viewer);
        if (viewers.isEmpty()) {
            frames = ByteBuffer.allocateDirect(1 << 12);
        }
    }
}
