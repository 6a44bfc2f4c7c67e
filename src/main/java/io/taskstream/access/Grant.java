package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The subject of a request, its permissions, and when they end.
 *
 * @param subject the owner of quotas and rate limits; empty for callers without a token, which have no limits per subject
 * @param session the name by which {@code DELETE /sessions/{jti}} revokes the grant; empty if nothing can
 * @param entry the name of the entry in the file of static tokens; empty if the grant is not from there
 * @param expires {@link Instant#MAX} for never
 */
public record Grant(String subject, String session, String entry, Permissions permissions, Instant expires) {

    /** The grant of every caller while access is open. */
    public static final Grant UNRESTRICTED = new Grant("", "", Permissions.ALL, Instant.MAX);

    /** The grant of an anonymous caller: public resources only. */
    public static final Grant ANONYMOUS = new Grant("", "", Permissions.NONE, Instant.MAX);

    /** Makes a grant that is not from the file of static tokens. */
    public Grant(String subject, String session, Permissions permissions, Instant expires) {
        this(subject, session, "", permissions, expires);
    }

    /** Returns the same grant, reduced to watching one task. */
    Grant toWatch(TaskId task) {
        return new Grant(subject, session, entry, Permissions.toWatch(task), expires);
    }

    /**
     * Returns what both grant together, as long as both do.
     *
     * @throws RefusedException if they are of different subjects or sessions
     */
    Grant and(Grant other) {
        if (!subject.equals(other.subject) || !session.equals(other.session) || !entry.equals(other.entry)) {
            throw new RefusedException("The tickets are not of one session");
        }
        Permissions both = new Permissions(
                List.of(),
                Stream.concat(permissions.watch().stream(), other.permissions.watch().stream())
                        .toList(),
                false);
        return new Grant(subject, session, entry, both, expires.isBefore(other.expires) ? expires : other.expires);
    }

    /** Returns a name of 22 characters of base64url that is unique for this name and this subject. */
    public String ownName(String name) {
        // The digest has a fixed length, so that no other split of subject and name gives the same text.
        return Digests.name(Digests.hex(subject) + name);
    }

    /** Returns the name of the static token within {@link #entry}: the part before the dot. */
    public String tokenName() {
        int dot = entry.indexOf('.');
        return dot < 0 ? entry : entry.substring(0, dot);
    }

    /** Whether limits per subject apply. */
    public boolean hasSubject() {
        return !subject.isEmpty();
    }
}
