package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.time.Instant;

/**
 * Who a request comes from, what they may do, and until when.
 *
 * @param subject whose limits count; empty for anybody, whom no limit per subject bounds
 * @param session what {@code DELETE /sessions/{jti}} names to take the grant back; empty if nothing can
 * @param entry what the file of static tokens calls the entry that gives it; empty if it is not from there
 * @param permissions what they may do
 * @param expires when that ends; {@link Instant#MAX} for never
 */
public record Grant(String subject, String session, String entry, Permissions permissions, Instant expires) {

    /** What anybody has on a server without access control. */
    public static final Grant ANYBODY = new Grant("", "", Permissions.ALL, Instant.MAX);

    /** What one has who shows nothing: to see what anybody may see. */
    public static final Grant NOBODY = new Grant("", "", Permissions.NONE, Instant.MAX);

    /** A grant that no file of static tokens gives. */
    public Grant(String subject, String session, Permissions permissions, Instant expires) {
        this(subject, session, "", permissions, expires);
    }

    /** The same person, who may watch that task and no more. */
    Grant toWatch(TaskId task) {
        return new Grant(subject, session, entry, Permissions.toWatch(task), expires);
    }

    /** Returns a short name, 22 characters of base64url, that stands for this name and this subject and no other two. */
    public String ownName(String name) {
        // The digest has one length, so that no subject can end where the name of another begins.
        return Digests.name(Digests.hex(subject) + name);
    }

    /** Whether there is a limit on how much this one may do. */
    public boolean isNamed() {
        return !subject.isEmpty();
    }
}
