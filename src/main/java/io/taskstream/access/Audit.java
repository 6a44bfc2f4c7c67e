package io.taskstream.access;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The audit log: one line of JSON for each refused request and each administrative act. A line holds no secret. Characters
 * outside printable ASCII are escaped, so that no client can forge a second line. Thread-safe.
 */
public final class Audit {

    private static final int MAX_VALUE_LENGTH = 256;

    /** Repeated refusals must not fill the disk. */
    private static final int REFUSALS_PER_SECOND = 100;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Consumer<String> log;
    private final LongSupplier nanos;

    // Guarded by this.
    private long secondBegan;
    private int refusals;
    private long unlogged;

    /**
     * @param log takes lines
     * @param nanos a monotonic clock
     */
    public Audit(Consumer<String> log, LongSupplier nanos) {
        this.log = log;
        this.nanos = nanos;
        this.secondBegan = nanos.getAsLong();
    }

    /** Returns an audit log that is part of the server's log, with a logger of its own. */
    public static Audit toServerLog(LongSupplier nanos) {
        System.Logger logger = System.getLogger("io.taskstream.audit");
        return new Audit(line -> logger.log(System.Logger.Level.INFO, line), nanos);
    }

    /**
     * Logs a refused request. Above the rate limit requests are only counted, and the next line has their number.
     *
     * @param more names and values
     */
    public void refused(Map<String, String> more) {
        Map<String, String> line = new LinkedHashMap<>(more);
        synchronized (this) {
            if (!isWithinRate(nanos.getAsLong())) {
                unlogged++;
                return;
            }
            if (unlogged > 0) {
                line.put("unlogged", Long.toString(unlogged));
                unlogged = 0;
            }
        }
        note("refused", line);
    }

    private boolean isWithinRate(long now) {
        if (now - secondBegan >= SECOND) {
            secondBegan = now;
            refusals = 0;
        }
        refusals++;
        return refusals <= REFUSALS_PER_SECOND;
    }

    /**
     * Logs an act.
     *
     * @param act in one or two words, such as {@code drain begun}
     * @param more names and values; long values are cut
     */
    public void note(String act, Map<String, String> more) {
        JsonObjectBuilder line = Json.createObjectBuilder().add("audit", act);
        more.forEach((name, value) -> line.add(
                name, value.length() > MAX_VALUE_LENGTH ? value.substring(0, MAX_VALUE_LENGTH) + "..." : value));
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
