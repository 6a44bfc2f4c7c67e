package io.taskstream.http;

import io.taskstream.access.Audited;
import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.Permissions;
import io.taskstream.access.RequiresPermission;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.stream.TaskStreams;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.StreamItem;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
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
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks: made, listed, looked at, cancelled and forgotten. */
@Path("tasks")
public class TasksResource {

    /** Looked up once: {@code Json}'s own methods search the class path on every call. */
    private static final JsonProvider JSON = JsonProvider.provider();

    private static final SecureRandom RANDOM = new SecureRandom();

    private final EventLog log;
    private final TaskStreams streams;
    private final EventReader events;
    private final InstantSource time;
    private final BoundedBody body;
    private final FrontDoor door;

    public TasksResource(
            EventLog log,
            TaskStreams streams,
            EventReader events,
            InstantSource time,
            BoundedBody body,
            FrontDoor door) {
        this.log = log;
        this.streams = streams;
        this.events = events;
        this.time = time;
        this.body = body;
        this.door = door;
    }

    @POST
    @RequiresPermission(Permission.AUTHENTICATED)
    @Produces(MediaType.APPLICATION_JSON)
    public void create(
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String type,
            @Context SecurityContext caller,
            @Context HttpServletRequest call,
            @Suspended AsyncResponse response) {
        Caller who = Caller.of(caller);
        if (!who.grant().permissions().mayPublishAny()) {
            throw Problem.of(403, "You have no right to make a task").asException();
        }
        body.read(call, who, response, json -> response.resume(create(request(type, json), who.grant())));
    }

    private Response create(TaskRequest request, Grant grant) {
        TaskId id = request.id() == null ? TaskId.generate(time, RANDOM) : new TaskId(request.id());
        if (!grant.permissions().mayPublish(id)) {
            throw Problem.of(403, "You have no right to make a task of that id").asException();
        }
        if (!create(task(id, request), grant)) {
            throw Problem.of(409, "There is a task " + id + " already").asException();
        }
        return created(id);
    }

    private boolean create(Task task, Grant grant) {
        boolean isCounted = door.openTasks().add(task.id(), grant);
        boolean isCreated = false;
        try {
            isCreated = log.create(task);
        } finally {
            if (isCounted && !isCreated) {
                door.openTasks().remove(task.id(), grant);
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
        Caller who = Caller.of(caller);
        body.read(call, who, response, json -> response.resume(createIfAbsent(path, request(type, json), who.grant())));
    }

    private Response createIfAbsent(String path, TaskRequest request, Grant grant) {
        TaskId id = new TaskId(path);
        if (request.id() != null && !request.id().equals(path)) {
            throw new InvalidTaskException("id", "The member 'id' is not the id in the path");
        }
        Task task = task(id, request);
        // Looked up first: who has as many open tasks as they may is not refused one that is there.
        boolean isThere = log.find(id).isPresent();
        return !isThere && create(task, grant) ? created(id) : get(path);
    }

    /** The body is optional, so {@code @Consumes} can't stand here: it would ask for a type where there is no body. */
    private TaskRequest request(@Nullable String type, String json) {
        if (!json.isEmpty()) {
            BodyType.checkJson(type);
        }
        if (!json.isBlank()) {
            events.check(json);
        }
        return TaskRequest.of(Bodies.object(json));
    }

    private Task task(TaskId id, TaskRequest request) {
        return Task.open(id, request.title(), request.labels(), time.instant());
    }

    private Response created(TaskId id) {
        return JsonAnswer.of(201, TaskJson.of(Tasks.find(log, id), streams.viewers(id)))
                .header(HttpHeaders.LOCATION, "/tasks/" + id)
                .build();
    }

    /** Only those that the caller may watch or publish to. */
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
        // One more than asked for tells whether there is a next page.
        var query = new TaskQuery(
                Parameters.status(status),
                Parameters.labels(labels),
                size + 1,
                after == null ? null : after(after, permissions),
                id -> isVisible(id, permissions));
        List<LogState> found = find(query);
        List<LogState> page = found.subList(0, Math.min(size, found.size()));
        JsonArrayBuilder tasks = JSON.createArrayBuilder();
        page.forEach(
                each -> tasks.add(TaskJson.of(each, streams.viewers(each.task().id()))));
        JsonValue next = found.size() > size
                ? JSON.createValue(page.get(size - 1).task().id().value())
                : JsonValue.NULL;
        return JsonAnswer.of(
                        200,
                        JSON.createObjectBuilder()
                                .add("tasks", tasks)
                                .add("next", next)
                                .build())
                .build();
    }

    private static boolean isVisible(TaskId id, Permissions permissions) {
        return permissions.mayWatch(id) || permissions.mayPublish(id);
    }

    /** Whether a task is there is not told to whom it is none of their business. */
    private static TaskId after(String text, Permissions permissions) {
        try {
            TaskId id = new TaskId(text);
            if (isVisible(id, permissions)) {
                return id;
            }
        } catch (InvalidTaskException e) {
            throw Parameters.wrong("after", "must be a task id");
        }
        throw Parameters.wrong("after", "names a task that is not there");
    }

    private List<LogState> find(TaskQuery query) {
        try {
            return log.list(query);
        } catch (EventLogException.NoSuchTask e) {
            throw Parameters.wrong("after", "names a task that is not there");
        }
    }

    @GET
    @RequiresPermission(Permission.READ)
    @Path("{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public Response get(@PathParam("id") String path) {
        TaskId id = Tasks.id(path);
        return JsonAnswer.of(200, TaskJson.of(Tasks.find(log, id), streams.viewers(id)))
                .build();
    }

    @DELETE
    @RequiresPermission(Permission.MANAGE)
    @Path("{id}")
    @Audited("task deleted")
    public void delete(@PathParam("id") String path) {
        TaskId id = Tasks.id(path);
        if (!log.delete(id)) {
            throw new EventLogException.NoSuchTask(id);
        }
    }

    @POST
    @RequiresPermission(Permission.MANAGE)
    @Path("{id}/cancel")
    @Audited("task cancelled")
    public Response cancel(@PathParam("id") String path, @Context SecurityContext caller) {
        TaskId task = Tasks.id(path);
        Batch request = Batch.of(List.of(events.bind(new StreamItem.CancelRequested())));
        log.append(task, request).toCompletableFuture().join();
        // It counts, but is never refused: a task that is published to too fast is the one to be stopped.
        long unused = door.rates().spend(task, Caller.of(caller).grant(), 1);
        return Response.status(Response.Status.ACCEPTED).build();
    }
}
