package io.taskstream.http;

import io.taskstream.eventlog.StoredEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A page of history. Events go in as they were sent, letter by letter, which no JSON writer would do. */
final class HistoryJson {

    private HistoryJson() {}

    /**
     * @param more whether events follow the page
     */
    static byte[] of(List<StoredEvent> page, boolean more) {
        var json = new ByteArrayOutputStream();
        ascii(json, "{\"events\":[");
        String separator = "";
        for (StoredEvent event : page) {
            ascii(json, separator + "{\"id\":\"" + event.id() + "\",\"time\":\"" + event.time() + "\",\"data\":");
            json.writeBytes(event.data());
            ascii(json, "}");
            separator = ",";
        }
        ascii(json, "],\"next\":" + (more ? "\"" + page.get(page.size() - 1).id() + "\"" : "null") + "}");
        return json.toByteArray();
    }

    private static void ascii(ByteArrayOutputStream json, String text) {
        json.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
