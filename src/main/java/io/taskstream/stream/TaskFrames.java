package io.taskstream.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.taskstream.client.Names;
import io.taskstream.eventlog.Chunk;
import io.taskstream.task.TaskId;
import java.io.ByteArrayOutputStream;

/** The frames of one task as a stream of several tasks has them: what they say, with the task that says it. */
final class TaskFrames {

    private static final int DATA = "data: ".length();

    private TaskFrames() {}

    /**
     * Writes the frames of a chunk. An event's id moves into its data, because the {@code id} of this stream is the position in
     * all tasks.
     */
    static void write(ByteArrayOutputStream out, TaskId task, Chunk chunk) {
        byte[] bytes = chunk.bytes();
        int end = chunk.offset() + chunk.length();
        String before = "data: {\"task\":\"" + task + "\",";
        String id = "";
        boolean isFirst = true;
        boolean isText = false;
        for (int start = chunk.offset(); start < end; ) {
            int lineEnd = start;
            while (bytes[lineEnd] != '\n') {
                lineEnd++;
            }
            if (lineEnd == start) {
                isFirst = true;
                isText = false;
                id = "";
                out.write('\n');
            } else if (bytes[start] == 'i') {
                id = "\"id\":\"" + new String(bytes, start + 4, lineEnd - start - 4, US_ASCII) + "\",";
            } else if (bytes[start] == 'd') {
                boolean isLast = bytes[lineEnd + 1] == '\n';
                String quote = isText ? "\"" : "";
                out.writeBytes((isFirst ? before + id + "\"data\":" + quote : "data: ").getBytes(US_ASCII));
                out.write(bytes, start + DATA, lineEnd - start - DATA);
                out.writeBytes((isLast ? quote + "}\n" : "\n").getBytes(US_ASCII));
                isFirst = false;
            } else {
                // A comment, or the name of a control frame. What a lag says is no JSON.
                isText = new String(bytes, start, lineEnd - start, US_ASCII).equals("event: " + Names.LAG);
                out.write(bytes, start, lineEnd - start + 1);
            }
            start = lineEnd + 1;
        }
    }

    /** Writes the position. A frame without data sets only the last event id (HTML Living Standard, section 9.2.6). */
    static void writePosition(ByteArrayOutputStream out, StreamPosition position) {
        out.writeBytes(("id: " + position + "\n\n").getBytes(US_ASCII));
    }
}
