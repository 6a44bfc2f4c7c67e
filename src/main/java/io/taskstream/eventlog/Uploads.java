package io.taskstream.eventlog;

import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The uploads of one task, as engines keep them. Immutable.
 *
 * @param present in the order of their names
 * @param lost those that had counted bytes that the log has lost; kept so that their producers are told
 */
public record Uploads(List<Upload> present, List<Upload> lost) {

    public static final Uploads NONE = new Uploads(List.of(), List.of());

    public Uploads {
        present = List.copyOf(present);
        lost = List.copyOf(lost);
    }

    /**
     * A change that may be committed.
     *
     * @param upload the upload after the change
     * @param removed the name of another upload that is removed to make room, {@code null} for none
     */
    public record Step(Upload upload, @Nullable String removed) {}

    /**
     * Checks a change, without making it.
     *
     * @param now the time of the commit
     * @throws UploadRefused if the change is not allowed now
     */
    public Step check(UploadChange change, Instant now) {
        Upload before = find(present, change.name());
        if (before == null && find(lost, change.name()) != null) {
            throw new UploadRefused(Reason.LOST, null);
        }
        Upload after = change.apply(before, now);
        return new Step(after, before == null ? findRemovable() : null);
    }

    public boolean has(String name) {
        return find(present, name) != null;
    }

    private static @Nullable Upload find(List<Upload> uploads, String name) {
        for (Upload upload : uploads) {
            if (upload.name().equals(name)) {
                return upload;
            }
        }
        return null;
    }

    /** Returns the name of the upload that another one may replace, {@code null} while there is room. */
    private @Nullable String findRemovable() {
        if (size() < Upload.MAX_PER_TASK) {
            return null;
        }
        return Stream.concat(lost.stream(), present.stream().filter(Upload::complete))
                .min(Comparator.comparing(Upload::heard))
                .map(Upload::name)
                .orElseThrow(() -> new UploadRefused(Reason.TOO_MANY, null));
    }

    public int size() {
        return present.size() + lost.size();
    }

    /** Returns the uploads after that step. */
    public Uploads after(Step step) {
        return new Uploads(with(without(present, step.removed()), step.upload()), without(lost, step.removed()));
    }

    /** Returns the uploads after a step under an epoch that ended when the log lost events. */
    public Uploads afterLost(Step step) {
        return new Uploads(without(present, step.removed()), with(without(lost, step.removed()), step.upload()));
    }

    /** Returns the uploads after the log has lost events. */
    public Uploads lose() {
        return new Uploads(
                List.of(), Stream.concat(lost.stream(), present.stream()).toList());
    }

    private static List<Upload> with(List<Upload> uploads, Upload changed) {
        List<Upload> after = new ArrayList<>(without(uploads, changed.name()));
        after.add(changed);
        after.sort(Comparator.comparing(Upload::name));
        return after;
    }

    private static List<Upload> without(List<Upload> uploads, @Nullable String name) {
        if (name == null || find(uploads, name) == null) {
            return uploads;
        }
        List<Upload> after = new ArrayList<>(uploads);
        after.removeIf(upload -> upload.name().equals(name));
        return after;
    }
}
