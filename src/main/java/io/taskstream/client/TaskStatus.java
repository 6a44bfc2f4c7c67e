package io.taskstream.client;

import jakarta.json.bind.adapter.JsonbAdapter;
import jakarta.json.bind.annotation.JsonbTypeAdapter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The status of a task: {@link #OPEN} at first, and one of the others for good once the task has ended. */
@JsonbTypeAdapter(TaskStatus.WireName.class)
public enum TaskStatus {
    OPEN,
    COMPLETED,
    FAILED,
    CANCELLED;

    /** Returns the name that JSON and queries use. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a task with this status takes no further event. */
    public boolean isFinished() {
        return this != OPEN;
    }

    /** Returns the status with that wire name; empty if there is none. */
    public static Optional<TaskStatus> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(status -> status.wireName().equals(name))
                .findFirst();
    }

    /** Binds a status by its wire name instead of the constant's name (Jakarta JSON Binding 3.0, section 3.9). */
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
