package io.taskstream.task;

import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** The name of the discriminator. */
    static final String TYPE = "type";

    private static final Map<String, KnownItem> BY_TYPE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(KnownItem::type, Function.identity()));

    private static final Set<String> MEMBERS = Stream.concat(
                    Stream.of(TYPE),
                    Arrays.stream(values())
                            .flatMap(item -> item.members.stream())
                            .map(Member::name))
            .collect(Collectors.toUnmodifiableSet());

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes an immutable list
    private final List<Member> members;

    KnownItem(Member... members) {
        this.members = List.of(members);
    }

    /** Returns the item with that discriminator, or {@code null} if it is of no known type. */
    static @Nullable KnownItem ofType(String type) {
        return BY_TYPE.get(type);
    }

    /** Whether known items have a member of that name. */
    static boolean hasMember(String name) {
        return MEMBERS.contains(name);
    }

    /** Returns the value of the discriminator. */
    String type() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Checks an item of this type.
     *
     * @param item its members but for those that are null; only strings need be what they are
     * @return the status in which it ends the task, {@code null} if it is not terminal
     * @throws InvalidItemException if a member is missing or wrong
     */
    @Nullable
    TaskStatus check(Map<String, Object> item) {
        for (Member member : members) {
            member.check(this, item.get(member.name));
        }
        if (this != DONE) {
            return null;
        }
        return item.get("status") instanceof String status ? end(status).orElseThrow() : TaskStatus.COMPLETED;
    }

    private static Optional<TaskStatus> end(String name) {
        return TaskStatus.ofWireName(name).filter(TaskStatus::isFinished);
    }

    private enum Kind {
        ANY("any value but null"),
        STRING("a string"),
        END("completed, failed or cancelled");

        private final String description;

        Kind(String description) {
            this.description = description;
        }

        boolean fits(Object value) {
            return switch (this) {
                case ANY -> true;
                case STRING -> value instanceof String;
                case END -> value instanceof String name && end(name).isPresent();
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

        void check(KnownItem item, @Nullable Object value) {
            if (value == null && isRequired) {
                throw new InvalidItemException("The member '" + name + "' of " + item.type() + " is missing");
            }
            if (value != null && !kind.fits(value)) {
                throw new InvalidItemException(
                        "The member '" + name + "' of " + item.type() + " must be " + kind.description);
            }
        }
    }
}
