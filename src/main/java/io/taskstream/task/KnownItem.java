package io.taskstream.task;

import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members that each {@link StreamItem} must have. JSON-B alone would take {@code 5} for a text and nothing for a
 * missing member, and its messages name classes instead of members.
 */
enum KnownItem {
    ITEM_STARTED(Member.required("item", Kind.ANY)),
    MESSAGE_DELTA(Member.required("text", Kind.STRING)),
    ITEM_COMPLETED(Member.required("item", Kind.ANY)),
    TOKEN_USAGE(Member.required("usage", Kind.ANY)),
    ERROR(Member.required("message", Kind.STRING)),
    APPROVAL_REQUEST(Member.required("id", Kind.STRING), Member.required("command", Kind.ANY)),
    CANCEL_REQUESTED,
    DONE(Member.optional("status", Kind.END), Member.optional("message", Kind.STRING));

    private static final Map<String, KnownItem> BY_TYPE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(KnownItem::type, Function.identity()));

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes an immutable list
    private final List<Member> members;

    KnownItem(Member... members) {
        this.members = List.of(members);
    }

    /** The item whose discriminator that is, or {@code null} if Taskstream does not know it. */
    static @Nullable KnownItem ofType(String type) {
        return BY_TYPE.get(type);
    }

    /** The value of the discriminator. */
    String type() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Checks an item of this type.
     *
     * @param item its members, of which only strings and nulls need be what they are
     * @return the status in which it leaves the task, {@code null} if it is not terminal
     * @throws InvalidItemException if a member is missing or wrong
     */
    @Nullable
    TaskStatus check(Map<String, JsonValue> item) {
        for (Member member : members) {
            member.check(type(), item.getOrDefault(member.name, JsonValue.NULL));
        }
        return this == DONE ? end(item) : null;
    }

    private static TaskStatus end(Map<String, JsonValue> done) {
        return done.get("status") instanceof JsonString status
                ? end(status.getString()).orElseThrow()
                : TaskStatus.COMPLETED;
    }

    private static Optional<TaskStatus> end(String name) {
        return TaskStatus.ofWireName(name).filter(TaskStatus::isFinished);
    }

    private enum Kind {
        ANY("any value but null"),
        STRING("a string"),
        END("completed, failed or cancelled");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        boolean fits(JsonValue value) {
            return switch (this) {
                case ANY -> true;
                case STRING -> value instanceof JsonString;
                case END ->
                    value instanceof JsonString string
                            && end(string.getString()).isPresent();
            };
        }
    }

    private record Member(String name, Kind kind, boolean isRequired) {

        static Member required(String name, Kind kind) {
            return new Member(name, kind, true);
        }

        static Member optional(String name, Kind kind) {
            return new Member(name, kind, false);
        }

        void check(String type, JsonValue value) {
            if (value == JsonValue.NULL) {
                if (isRequired) {
                    throw new InvalidItemException("The member '" + name + "' of " + type + " is missing");
                }
                return;
            }
            if (!kind.fits(value)) {
                throw new InvalidItemException("The member '" + name + "' of " + type + " must be " + kind.words);
            }
        }
    }
}
