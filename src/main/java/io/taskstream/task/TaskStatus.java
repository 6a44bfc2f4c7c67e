package io.taskstream.task;

import jakarta.json.bind.adapter.JsonbAdapter;
import jakarta.json.bind.annotation.JsonbTypeAdapter;
import java.util.Locale;
import java.util.Optional;

/** Where a task is in its life. It begins {@link #OPEN} and ends once, in one of the others. */
@JsonbTypeAdapter(TaskStatus.WireName.class)
public enum TaskStatus {
    OPEN,
    COMPLETED,
    FAILED,
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

    /** Binds a status by its wire name; JSON-B by itself takes the constant's (Jakarta JSON Binding 3.0, section 3.9). */
    public static final class WireName implements JsonbAdapter<TaskStatus, String> {

        @Override
        public String adaptToJson(TaskStatus status) {
            return status.wireName();
        }

        /**
         * {@inheritDoc}
         *
         * @throws IllegalArgumentException if no status has that name
         */
        @Override
        public TaskStatus adaptFromJson(String name) {
            return ofWireName(name)
                    .orElseThrow(() -> new IllegalArgumentException("No status of a task is called " + name));
        }
    }
}
