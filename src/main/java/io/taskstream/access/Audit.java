package io.taskstream.access;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Writes one line of JSON for each refusal and each administrative act. A line holds no secret, and nothing that a client
 * sends can make it two: whatever is not plain ASCII is escaped. Thread-safe.
 */
public final class Audit {

    private static final int LONGEST = 256;

    /** Whoever is refused again and again must not fill the disk with it. */
    private static final int REFUSALS_PER_SECOND = 100;

    private final Consumer<String> log;
    private final LongSupplier nanos;
    private final TokenBucket refusals;
    private long unlogged;

    /**
     * @param log takes lines
     * @param nanos a monotonic clock
     */
    public Audit(Consumer<String> log, LongSupplier nanos) {
        this.log = log;
        this.nanos = nanos;
        this.refusals = new TokenBucket(REFUSALS_PER_SECOND, nanos.getAsLong());
    }

    /** Lines in the server's log, under a name of their own. */
    public static Audit toServerLog(LongSupplier nanos) {
        System.Logger logger = System.getLogger("io.taskstream.audit");
        return new Audit(line -> logger.log(System.Logger.Level.INFO, line), nanos);
    }

    /**
     * Notes that somebody was refused; if that happens too often, only how often, with the next that is noted.
     *
     * @param more names and values
     */
    public void refused(Map<String, String> more) {
        Map<String, String> line = new LinkedHashMap<>(more);
        synchronized (refusals) {
            long now = nanos.getAsLong();
            if (refusals.delay(now) > 0) {
                unlogged++;
                return;
            }
            refusals.take(1, now);
            if (unlogged > 0) {
                line.put("unlogged", Long.toString(unlogged));
                unlogged = 0;
            }
        }
        note("refused", line);
    }

    /**
     * Notes what happened.
     *
     * @param what in one word, such as {@code drain}
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
