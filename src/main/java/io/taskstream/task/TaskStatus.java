package io.taskstream.task;

import jakarta.json.bind.annotation.JsonbProperty;
import java.util.Locale;
import java.util.Optional;

/** Where a task is in its life. It begins {@link #OPEN} and ends once, in one of the others. */
public enum TaskStatus {
    @JsonbProperty("open")
    OPEN,
    @JsonbProperty("completed")
    COMPLETED,
    @JsonbProperty("failed")
    FAILED,
    @JsonbProperty("cancelled")
    CANCELLED;

    /** The status as it is written in JSON and in a query. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a task with this status takes no further event. */
    public boolean isFinished() {
        return this != OPEN;
    }

    /** The status with that wire name; empty if there is none. */
    public static Optional<TaskStatus> ofWireName(String name) {
        for (TaskStatus status : values()) {
            if (status.wireName().equals(name)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
