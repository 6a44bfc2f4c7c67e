package io.taskstream.client;

import jakarta.json.bind.annotation.JsonbSubtype;
import jakarta.json.bind.annotation.JsonbTypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * The items of a task's stream that Taskstream knows, bound by JSON-B with the discriminator {@code type}
 * (Jakarta JSON Binding 3.0, section 3.18). Any other JSON value passes through as it is and never becomes one of these.
 *
 * <p>A record's component is a required member of the item unless it is nullable. An {@code Object} is any JSON value
 * but null, bound as section 3.3 of JSON Binding says: a map, list, string, number or boolean.
 */
@JsonbTypeInfo(
        key = "type",
        value = {
            @JsonbSubtype(alias = "item_started", type = StreamItem.ItemStarted.class),
            @JsonbSubtype(alias = "message_delta", type = StreamItem.MessageDelta.class),
            @JsonbSubtype(alias = "item_completed", type = StreamItem.ItemCompleted.class),
            @JsonbSubtype(alias = "token_usage", type = StreamItem.TokenUsage.class),
            @JsonbSubtype(alias = "error", type = StreamItem.ErrorReport.class),
            @JsonbSubtype(alias = "approval_request", type = StreamItem.ApprovalRequest.class),
            @JsonbSubtype(alias = "cancel_requested", type = StreamItem.CancelRequested.class),
            @JsonbSubtype(alias = "done", type = StreamItem.Done.class)
        })
public sealed interface StreamItem {

    /** A step of the task began. */
    record ItemStarted(Object item) implements StreamItem {}

    /** More of the task's text, which is all its deltas joined: a line of a build with its end, a piece of a model's answer. */
    record MessageDelta(String text) implements StreamItem {}

    /** A step of the task ended. */
    record ItemCompleted(Object item) implements StreamItem {}

    /** The tokens that the task has used so far. */
    record TokenUsage(Object usage) implements StreamItem {}

    /** An error, after which the task may go on. */
    record ErrorReport(String message) implements StreamItem {}

    /** A request for approval to run a command; the task waits for it. */
    record ApprovalRequest(String id, Object command) implements StreamItem {}

    /** A request to the producer to stop. */
    record CancelRequested() implements StreamItem {}

    /** The last event of a task's log. */
    record Done(@Nullable TaskStatus status, @Nullable String message) implements StreamItem {

        /**
         * @throws IllegalArgumentException if the status is {@link TaskStatus#OPEN}
         */
        public Done {
            if (status == TaskStatus.OPEN) {
                throw new IllegalArgumentException("The member 'status' of done is completed, failed or cancelled");
            }
        }

        /** Returns how the task ended: {@link TaskStatus#COMPLETED} unless the item says otherwise. */
        public TaskStatus end() {
            return status == null ? TaskStatus.COMPLETED : status;
        }
    }
}
