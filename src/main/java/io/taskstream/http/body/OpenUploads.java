package io.taskstream.http.body;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The requests of uploads that are open on this server. While one is open, the log is told now and then that its producer is
 * there. A request whose upload a newer one has claimed is ended: at once if both are on this server, otherwise when the log
 * refuses its next message. Thread-safe; never blocks.
 */
public final class OpenUploads {

    /** Often enough that a producer is heard of twice before it counts as lost. */
    private static final long PERIOD_NANOS = Duration.ofSeconds(4).toNanos();

    private final ConcurrentMap<Upload, Request> open = new ConcurrentHashMap<>();
    private final EventLog log;
    private long last;

    public OpenUploads(EventLog log, PeriodicChecks checks) {
        this.log = log;
        this.last = checks.nanos();
        checks.add(this::check);
    }

    private record Upload(TaskId task, String name) {}

    private record Request(long turn, LinePublisher publisher) {

        void endClaimed() {
            publisher.end(new UploadRefused(Reason.CLAIMED, null));
        }
    }

    /** Notes that a request is open. Of two requests of one upload, ends the one with the earlier turn. */
    public void begin(TaskId task, BodyPart.OfUpload part, LinePublisher publisher) {
        var request = new Request(part.turn(), publisher);
        var outdated = new AtomicReference<Request>();
        open.compute(new Upload(task, part.name()), (upload, present) -> {
            // Requests may begin in another order than they claimed.
            boolean isOutdated = present != null && present.turn > request.turn;
            outdated.set(isOutdated ? request : present);
            return isOutdated ? present : request;
        });
        if (outdated.get() != null) {
            outdated.get().endClaimed();
        }
    }

    /** Ends the upload's request with an earlier turn, if this server has one. */
    public void claimed(TaskId task, String name, long turn) {
        var upload = new Upload(task, name);
        Request present = open.get(upload);
        if (present != null && present.turn < turn && open.remove(upload, present)) {
            present.endClaimed();
        }
    }

    /** Notes that a request has ended, and when. */
    public void end(TaskId task, BodyPart.OfUpload part) {
        var upload = new Upload(task, part.name());
        Request request = open.get(upload);
        if (request != null && request.turn == part.turn() && open.remove(upload, request)) {
            heard(upload, request);
        }
    }

    private void check(long now) {
        if (now - last >= PERIOD_NANOS) {
            last = now;
            open.forEach(this::heard);
        }
    }

    private void heard(Upload upload, Request request) {
        var heard = new UploadChange.Heard(upload.name, request.turn);
        log.append(upload.task, Batch.of(List.of(), heard, null)).whenComplete((done, error) -> {
            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
            if (cause instanceof UploadRefused || cause instanceof EventLogException.NoSuchTask) {
                open.remove(upload, request);
                request.publisher.end(cause);
            }
        });
    }
}
