package io.taskstream.it.client;

import io.taskstream.client.StreamItem;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.InboundSseEvent;
import jakarta.ws.rs.sse.SseEventSource;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A program that watches a stream through the standard API, with whichever client is on the class path, and prints a
 * line for each call of its listeners. It ends when its input does.
 */
public final class TypedWatch {

    private TypedWatch() {}

    /**
     * Watches until the input ends.
     *
     * @param arguments the stream's URL
     */
    public static void main(String[] arguments) throws IOException {
        try (Client client = ClientBuilder.newClient();
                SseEventSource source = SseEventSource.target(client.target(arguments[0]))
                        .reconnectingEvery(300, TimeUnit.MILLISECONDS)
                        .build()) {
            source.register(TypedWatch::print, error -> say("error " + error), () -> say("complete"));
            source.open();
            say("client " + client.getClass().getName());
            while (System.in.read() >= 0) {
                // Only the end of the input means anything.
            }
        }
    }

    private static void print(InboundSseEvent event) {
        if (event.getId() == null) {
            say("noid name=" + event.getName() + " comment=" + event.getComment() + " data=" + event.readData());
            return;
        }
        if (event.readData().isEmpty()) {
            say("position " + event.getId());
            return;
        }
        StreamItem item = event.readData(StreamItem.class, MediaType.APPLICATION_JSON_TYPE);
        say("item " + event.getId() + " " + item);
    }

    private static synchronized void say(String line) {
        System.out.println(line.replace("\n", "\\n"));
    }
}
