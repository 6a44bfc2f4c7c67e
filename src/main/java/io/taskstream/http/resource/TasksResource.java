package io.taskstream.http.resource;

import io.taskstream.access.Audited;
import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.Permissions;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.Tickets;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.OpenTasks;
import io.taskstream.client.StreamItem;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.http.Caller;
import io.taskstream.http.JsonAnswer;
import io.taskstream.http.Problem;
import io.taskstream.http.body.BodyType;
import io.taskstream.http.body.BoundedBody;
import io.taskstream.http.body.JsonBody;
import io.taskstream.stream.TaskStreams;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tasks: create, list, read, cancel and delete them, and issue tickets for their streams. */
@Path("tasks")
public class TasksResource {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final EventLog log;
    private final TaskStreams streams;
    private final EventReader events;
    private final InstantSource time;
    private final BoundedBody body;
    private final Tickets tickets;
    private final OpenTasks openTasks;
    private final EventRates rates;

    public TasksResource(
            EventLog log,
            TaskStreams streams,
            EventReader events,
            InstantSource time,
            BoundedBody body,
            Tickets tickets,
            OpenTasks openTasks,
            EventRates rates) {
        this.log = log;
        this.streams = streams;
        this.events = events;
        this.time = time;
        this.body = body;
        this.tickets = tickets;
        this.openTasks = openTasks;
        this.rates = rates;
    }

    @POST
    @RequiresPermission(Permission.AUTHENTICATED)
    @Produces(MediaType.APPLICATION_JSON)
    public void create(
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String type,
            @Context SecurityContext caller,
            @Context HttpServletRequest call,
            @Suspended AsyncResponse response) {
        Caller creator = Caller.of(caller);
        if (!creator.grant().permissions().mayPublishAny()) {
            throw Problem.of(403, "You have no permission to create tasks").asException();
        }
        body.read(call, creator, response, json -> response.resume(create(request(type, json), creator)));
    }

    private Response create(TaskRequest request, Caller creator) {
        Grant grant = creator.grant();
        TaskId id = request.id() == null ? TaskId.generate(time, RANDOM) : new TaskId(request.id());
        if (!grant.permissions().mayPublish(id)) {
            throw Problem.of(403, "You have no permission to create a task with this id")
                    .asException();
        }
        if (!create(task(id, request), grant)) {
            throw Problem.of(409, "There is a task " + id + " already").asException();
        }
        return created(id, creator);
    }

    private boolean create(Task task, Grant grant) {
        boolean isCounted = openTasks.add(task.id(), grant);
        boolean isCreated = false;
        try {
            isCreated = log.create(task);
        } finally {
            if (isCounted && !isCreated) {
                openTasks.remove(task.id(), grant);
            }
        }
        return isCreated;
    }

    @PUT
    @RequiresPermission(Permission.PUBLISH)
    @Path("{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public void createIfAbsent(
            @PathParam("id") String path,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String type,
            @Context SecurityContext caller,
            @Context HttpServletRequest call,
            @Suspended AsyncResponse response) {
        Caller creator = Caller.of(caller);
        body.read(call, creator, response, json -> response.resume(createIfAbsent(path, request(type, json), creator)));
    }

    private Response createIfAbsent(String path, TaskRequest request, Caller creator) {
        TaskId id = new TaskId(path);
        if (request.id() != null && !request.id().equals(path)) {
            throw new InvalidTaskException("id", "The member 'id' is not the id in the path");
        }
        Task task = task(id, request);
        // Checked first, so that a caller with the most open tasks still gets those that exist.
        boolean exists = log.find(id).isPresent();
        return !exists && create(task, creator.grant()) ? created(id, creator) : get(id);
    }

    /** The body is optional, so there is no {@code @Consumes}: it would require a type without a body. */
    private TaskRequest request(@Nullable String type, String json) {
        if (!json.isEmpty()) {
            BodyType.checkJson(type);
        }
        if (!json.isBlank()) {
            events.check(json);
        }
        return TaskRequest.of(JsonBody.object(json));
    }

    private Task task(TaskId id, TaskRequest request) {
        return Task.open(id, request.title(), request.labels(), time.instant());
    }

    private Response created(TaskId id, Caller creator) {
        return answer(201, id)
                .header(HttpHeaders.LOCATION, creator.root() + "/tasks/" + id)
                .build();
    }

    private Response.ResponseBuilder answer(int status, TaskId id) {
        return JsonAnswer.of(status, JsonAnswer.task(Parameters.task(log, id), streams.viewers(id), time.instant()));
    }

    /** Lists only the tasks that the caller may watch or publish to. */
    @GET
    @RequiresPermission(Permission.AUTHENTICATED)
    @Produces(MediaType.APPLICATION_JSON)
    public Response list(
            @QueryParam("status") @Nullable String status,
            @QueryParam("label") List<String> labels,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after,
            @Context SecurityContext caller) {
        Permissions permissions = Caller.of(caller).grant().permissions();
        int size = Parameters.limit(limit);
        // One more task than requested shows whether there is a next page.
        var query = new TaskQuery(
                Parameters.status(status),
                Parameters.labels(labels),
                size + 1,
                after == null ? null : after(after, permissions),
                id -> isVisible(id, permissions));
        List<LogState> found = find(query);
        List<LogState> page = found.subList(0, Math.min(size, found.size()));
        JsonArrayBuilder tasks = JsonAnswer.JSON.createArrayBuilder();
        Instant now = time.instant();
        page.forEach(each ->
                tasks.add(JsonAnswer.task(each, streams.viewers(each.task().id()), now)));
        JsonValue next = JsonAnswer.orNull(
                found.size() > size ? page.get(size - 1).task().id() : null);
        return JsonAnswer.of(200, JsonAnswer.object().add("tasks", tasks).add("next", next))
                .build();
    }

    private static boolean isVisible(TaskId id, Permissions permissions) {
        return permissions.mayWatch(id) || permissions.mayPublish(id);
    }

    /** A caller without permission for a task cannot learn whether it exists. */
    private static TaskId after(String text, Permissions permissions) {
        try {
            TaskId id = new TaskId(text);
            if (isVisible(id, permissions)) {
                return id;
            }
        } catch (InvalidTaskException e) {
            throw Parameters.wrong("after", "must be a task id");
        }
        throw Parameters.wrong("after", "names a task that does not exist");
    }

    private List<LogState> find(TaskQuery query) {
        try {
            return log.list(query);
        } catch (EventLogException.NoSuchTask e) {
            throw Parameters.wrong("after", "names a task that does not exist");
        }
    }

    @GET
    @RequiresPermission(Permission.READ)
    @Path("{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public Response get(@PathParam("id") TaskId id) {
        return answer(200, id).build();
    }

    @DELETE
    @RequiresPermission(Permission.MANAGE)
    @Path("{id}")
    @Audited("task deleted")
    public void delete(@PathParam("id") TaskId id) {
        if (!log.delete(id)) {
            throw new EventLogException.NoSuchTask(id);
        }
    }

    @POST
    @RequiresPermission(Permission.MANAGE)
    @Path("{id}/cancel")
    @Audited("task cancelled")
    public Response cancel(@PathParam("id") TaskId task, @Context SecurityContext caller) {
        Batch request = Batch.of(List.of(events.bind(new StreamItem.CancelRequested())));
        log.append(task, request).toCompletableFuture().join();
        // It counts but is never refused: a task whose producer exceeds the rate must be possible to cancel.
        long unused = rates.spend(task, Caller.of(caller).grant(), 1);
        return Response.status(Response.Status.ACCEPTED).build();
    }

    /** Issues a ticket for the task's stream, for scripts that hold a token but whose {@code EventSource} cannot send it. */
    @POST
    @RequiresPermission(Permission.WATCH)
    @Path("{id}/tickets")
    @Audited("ticket given")
    @Produces(MediaType.APPLICATION_JSON)
    public Response give(@PathParam("id") TaskId task, @Context SecurityContext caller) {
        String ticket = tickets.issue(task, Caller.of(caller).grant());
        JsonObjectBuilder json = JsonAnswer.object()
                .add("ticket", ticket)
                .add("expiresIn", tickets.lifetime().toSeconds());
        return JsonAnswer.of(200, json).build();
    }
}
