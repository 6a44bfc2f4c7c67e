package io.taskstream.access;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes one line of JSON for each refusal and each administrative act. A line holds no secret, and nothing that a client
 * sends can make it two: whatever is not plain ASCII is escaped.
 */
public final class Audit {

    private static final int LONGEST = 256;

    private final Consumer<String> log;

    /**
     * @param log takes lines
     */
    public Audit(Consumer<String> log) {
        this.log = log;
    }

    /** Lines in the server's log, under a name of their own. */
    public static Audit toServerLog() {
        System.Logger logger = System.getLogger("io.taskstream.audit");
        return new Audit(line -> logger.log(System.Logger.Level.INFO, line));
    }

    /**
     * Notes what happened.
     *
     * @param what in one word, such as {@code refused}
     * @param more names and values; long ones are cut
     */
    public void note(String what, Map<String, String> more) {
        JsonObjectBuilder line = Json.createObjectBuilder().add("audit", what);
        more.forEach((name, value) ->
                line.add(name, value.length() > LONGEST ? value.substring(0, LONGEST) + "..." : value));
        log.accept(ascii(line.build().toString()));
    }

    private static String ascii(String json) {
        var ascii = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c < ' ' || c > '~') {
                ascii.append(String.format("\\u%04x", (int) c));
            } else {
                ascii.append(c);
            }
        }
        return ascii.toString();
    }
}
