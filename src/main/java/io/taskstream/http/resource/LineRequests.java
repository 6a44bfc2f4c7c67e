package io.taskstream.http.resource;

import static java.util.Objects.requireNonNull;

import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.Publishers;
import io.taskstream.http.Caller;
import io.taskstream.http.LateAnswer;
import io.taskstream.http.body.BodyPart;
import io.taskstream.http.body.LineFormat;
import io.taskstream.http.body.LinePublisher;
import io.taskstream.http.body.OpenUploads;
import io.taskstream.task.TaskId;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.nio.charset.Charset;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs the requests whose bodies are published as they arrive. Thread-safe. */
public final class LineRequests {

    private final LinePublisher.Context context;
    private final ByteBudget receiving;
    private final Publishers publishers;
    private final OpenUploads uploads;
    private final Sessions sessions;
    private final EventRates rates;
    private final InstantSource time;

    /**
     * @param receiving bounds the bytes of all bodies and lines that are not in the log yet
     * @param publishers counts these requests, and ends them when the log is going to be closed
     */
    public LineRequests(
            LinePublisher.Context context,
            ByteBudget receiving,
            Publishers publishers,
            OpenUploads uploads,
            Sessions sessions,
            EventRates rates,
            InstantSource time) {
        this.context = context;
        this.receiving = receiving;
        this.publishers = publishers;
        this.uploads = uploads;
        this.sessions = sessions;
        this.rates = rates;
        this.time = time;
    }

    PublishPermit permit(TaskId task, SecurityContext caller) {
        return new PublishPermit(task, Caller.of(caller).grant(), sessions, rates, time);
    }

    /**
     * Publishes the body. Returns at once; the request goes on for as long as its body does.
     *
     * @param answer makes the answer when the body or an error has ended the request
     */
    void publish(
            TaskId task,
            HttpServletRequest request,
            SecurityContext caller,
            AsyncResponse response,
            LineFormat format,
            Charset charset,
            BodyPart part,
            Function<LinePublisher.Outcome, Response> answer)
            throws IOException {
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        ServletInputStream in = request.getInputStream();
        var self = new AtomicReference<@Nullable LinePublisher>();
        var lines = new LinePublisher(
                in,
                Caller.of(caller).share(receiving),
                permit(task, caller),
                format,
                charset,
                part,
                context,
                outcome -> {
                    try {
                        end(task, part);
                        LateAnswer.send(exchange, response, answer.apply(outcome));
                    } finally {
                        publishers.end(requireNonNull(self.get()));
                    }
                });
        self.set(lines);
        publishers.begin(lines);
        if (part instanceof BodyPart.OfUpload upload) {
            uploads.begin(task, upload, lines);
        }
        try {
            in.setReadListener(lines);
        } catch (RuntimeException e) {
            // A newer request may be ending this one: only the publisher itself ends exactly once.
            lines.end(e);
        }
    }

    private void end(TaskId task, BodyPart part) {
        if (part instanceof BodyPart.OfUpload upload) {
            uploads.end(task, upload);
        }
    }
}
