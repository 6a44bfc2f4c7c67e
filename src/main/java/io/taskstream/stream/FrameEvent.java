package io.taskstream.stream;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEvent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of our frames as JAX-RS sees it, for sinks of other makers. */
record FrameEvent(
        @Nullable String id,
        @Nullable String name,
        @Nullable String comment,
        @Nullable String data) implements OutboundSseEvent {

    /** Reads back a single frame that this project wrote. */
    static FrameEvent parse(byte[] bytes, int offset, int length) {
        String id = null;
        String name = null;
        String comment = null;
        List<String> data = new ArrayList<>();
        for (String line : new String(bytes, offset, length, StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(": ");
            String value = line.substring(colon + 2);
            switch (line.substring(0, Math.max(colon, 0))) {
                case "id" -> id = value;
                case "event" -> name = value;
                case "data" -> data.add(value);
                default -> comment = value;
            }
        }
        return new FrameEvent(id, name, comment, data.isEmpty() ? null : String.join("\n", data));
    }

    @Override
    public @Nullable String getId() {
        return id;
    }

    @Override
    public @Nullable String getName() {
        return name;
    }

    @Override
    public @Nullable String getComment() {
        return comment;
    }

    @Override
    public @Nullable Object getData() {
        return data;
    }

    @Override
    public long getReconnectDelay() {
        return SseEvent.RECONNECT_NOT_SET;
    }

    @Override
    public boolean isReconnectDelaySet() {
        return false;
    }

    @Override
    public @Nullable Class<?> getType() {
        return data == null ? null : String.class;
    }

    @Override
    public @Nullable Type getGenericType() {
        return getType();
    }

    @Override
    public MediaType getMediaType() {
        return MediaType.TEXT_PLAIN_TYPE;
    }
}
