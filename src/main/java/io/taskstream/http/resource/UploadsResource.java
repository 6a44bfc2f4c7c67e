package io.taskstream.http.resource;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.client.Names;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.http.Problem;
import io.taskstream.http.ProblemMapper;
import io.taskstream.http.body.BodyPart;
import io.taskstream.http.body.BodyType;
import io.taskstream.http.body.LineFormat;
import io.taskstream.http.body.LinePublisher;
import io.taskstream.http.body.OpenUploads;
import io.taskstream.task.TaskId;
import io.taskstream.task.TraceParent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Uploads: a producer's bytes in as many requests as it takes, without loss and without repetition. The headers are those of
 * draft-ietf-httpbis-resumable-upload; decision 15 says where the calls differ.
 */
@Path("tasks/{id}/uploads/{name}")
public class UploadsResource {

    private static final int LONGEST_SILENCE = 3_600;

    private final LinePublisher.Context context;
    private final LineRequests requests;
    private final OpenUploads open;

    public UploadsResource(LinePublisher.Context context, LineRequests requests, OpenUploads open) {
        this.context = context;
        this.requests = requests;
        this.open = open;
    }

    @PUT
    @RequiresPermission(Permission.PUBLISH)
    public Response create(
            @PathParam("id") TaskId task,
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String contentType,
            @Context HttpServletRequest request) {
        BodyType type = BodyType.ofUpload(contentType);
        if (!Upload.isName(name)) {
            throw Problem.of(400, "The name of an upload has 1 to 64 of A-Z a-z 0-9 . _ ~ -")
                    .asException();
        }
        if (request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null) {
            throw Problem.of(400, "PUT makes the upload and has no body; PATCH sends the bytes")
                    .asException();
        }
        boolean isNew = Parameters.task(context.log(), task).uploads().stream()
                .noneMatch(upload -> upload.name().equals(name));
        Upload upload = change(task, new UploadChange.Begin(name, type.name()));
        return state(isNew ? 201 : 200, upload).build();
    }

    /** Ends an open PATCH of the upload, so that the offset in the answer stays true. */
    @HEAD
    @RequiresPermission(Permission.PUBLISH)
    public Response offset(@PathParam("id") TaskId task, @PathParam("name") String name) {
        return state(204, claim(task, name, -1)).build();
    }

    @PATCH
    @RequiresPermission(Permission.PUBLISH)
    public void patch(
            @PathParam("id") TaskId task,
            @PathParam("name") String name,
            @Context HttpServletRequest request,
            @Context SecurityContext caller,
            @Suspended AsyncResponse response)
            throws IOException {
        append(task, name, request, caller, response);
    }

    /** Does the same for clients that can't send PATCH, such as {@link java.net.HttpURLConnection} and Jersey's on top of it. */
    @POST
    @RequiresPermission(Permission.PUBLISH)
    public void post(
            @PathParam("id") TaskId task,
            @PathParam("name") String name,
            @Context HttpServletRequest request,
            @Context SecurityContext caller,
            @Suspended AsyncResponse response)
            throws IOException {
        append(task, name, request, caller, response);
    }

    private void append(
            TaskId task, String name, HttpServletRequest request, SecurityContext caller, AsyncResponse response)
            throws IOException {
        BodyType.checkPart(request.getContentType());
        long offset = offset(request.getHeader(Names.UPLOAD_OFFSET));
        boolean completes = isTrue(request.getHeader(Names.UPLOAD_COMPLETE));
        String silence = request.getHeader(Names.UPLOAD_INTERVAL);
        int interval = silence == null ? 0 : (int) number(Names.UPLOAD_INTERVAL, silence, LONGEST_SILENCE);
        Upload upload = claim(task, name, interval);
        check(upload, offset);
        var part = new BodyPart.OfUpload(
                name,
                upload.turn(),
                offset,
                completes,
                TraceParent.parse(request.getHeader("traceparent")).orElse(null));
        LineFormat format = upload.type().equals(BodyType.TEXT) ? LineFormat.TEXT : LineFormat.NDJSON;
        requests.publish(
                task,
                request,
                caller,
                response,
                format,
                StandardCharsets.UTF_8,
                part,
                outcome -> answer(part, outcome));
    }

    private static void check(Upload upload, long offset) {
        if (upload.complete()) {
            throw new UploadRefused(Reason.COMPLETE, upload);
        }
        if (upload.offset() != offset) {
            throw new UploadRefused(Reason.OFFSET, upload);
        }
    }

    private Upload claim(TaskId task, String name, int interval) {
        Upload upload = change(task, new UploadChange.Claim(name, interval));
        open.claimed(task, name, upload.turn());
        return upload;
    }

    private Upload change(TaskId task, UploadChange change) {
        try {
            Appended changed = context.log()
                    .append(task, Batch.of(List.of(), change, null))
                    .toCompletableFuture()
                    .join();
            return Objects.requireNonNull(changed.upload());
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** The rest of the body of a failed request is not read, so its connection cannot be used again. */
    private static Response answer(BodyPart.OfUpload part, LinePublisher.Outcome outcome) {
        long reached = part.offset() + outcome.bytes();
        Throwable failure = outcome.failure();
        if (failure == null) {
            return state(204, reached, part.isLast()).build();
        }
        Response problem = ProblemMapper.response(failure);
        return Response.fromResponse(problem)
                .header(Names.UPLOAD_OFFSET, null)
                .header(Names.UPLOAD_OFFSET, reached)
                .header("Connection", "close")
                .build();
    }

    private static Response.ResponseBuilder state(int status, Upload upload) {
        return state(status, upload.offset(), upload.complete());
    }

    private static Response.ResponseBuilder state(int status, long offset, boolean isComplete) {
        return Response.status(status)
                .header(Names.UPLOAD_OFFSET, offset)
                .header(Names.UPLOAD_COMPLETE, isComplete ? Names.YES : Names.NO)
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    private static long offset(@Nullable String header) {
        if (header == null) {
            throw Problem.of(400, "Upload-Offset is missing: it says how many bytes the upload has before these")
                    .asException();
        }
        return number(Names.UPLOAD_OFFSET, header, Long.MAX_VALUE);
    }

    private static long number(String header, String text, long most) {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw Problem.of(400, header + " must be a whole number from 0 to " + most)
                .asException();
    }

    /** Parses a Boolean (RFC 8941, section 3.3.6); a missing one is false. */
    private static boolean isTrue(@Nullable String header) {
        String text = header == null ? Names.NO : header.strip();
        if (!text.equals(Names.NO) && !text.equals(Names.YES)) {
            throw Problem.of(400, "Upload-Complete must be ?0 or ?1").asException();
        }
        return text.equals(Names.YES);
    }
}
