package io.taskstream.ops;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.Provider;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts the requests that were answered with an error, by reason. Thread-safe. */
@Provider
public class Refusals implements ContainerResponseFilter {

    private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class);

    public Refusals() {
        for (Reason reason : Reason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    /** The reason of a refusal. The set is closed, so that clients cannot create new label values. */
    enum Reason {
        INVALID,
        UNAUTHENTICATED,
        FORBIDDEN,
        NOT_FOUND,
        CONFLICT,
        PRECONDITION_FAILED,
        TOO_LARGE,
        UNSUPPORTED,
        TOO_MANY,
        UNAVAILABLE,
        FAILED;

        private static Reason of(int status) {
            return switch (status) {
                case 401 -> UNAUTHENTICATED;
                case 403, 421 -> FORBIDDEN;
                case 404 -> NOT_FOUND;
                case 409 -> CONFLICT;
                case 412 -> PRECONDITION_FAILED;
                case 413 -> TOO_LARGE;
                case 405, 406, 415 -> UNSUPPORTED;
                case 429 -> TOO_MANY;
                case 503 -> UNAVAILABLE;
                default -> status < 500 ? INVALID : FAILED;
            };
        }
    }

    /** Returns the counters by the value of the metric's label. */
    public Map<String, LongAdder> counts() {
        Map<String, LongAdder> byLabel = new LinkedHashMap<>();
        counts.forEach((reason, count) -> byLabel.put(reason.name().toLowerCase(Locale.ROOT), count));
        return byLabel;
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getStatus() >= 400) {
            count(response.getStatus());
        }
    }

    /** Counts a request that was answered with this status, which is an error. */
    public void count(int status) {
        LongAdder count = counts.get(Reason.of(status));
        if (count != null) {
            count.increment();
        }
    }
}
