package io.taskstream.http.resource;

import io.taskstream.access.Permission;
import io.taskstream.access.Permissions;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.limit.ViewerQuotas;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.http.Caller;
import io.taskstream.http.Problem;
import io.taskstream.stream.StartPosition;
import io.taskstream.stream.StreamPosition;
import io.taskstream.stream.TaskStreams;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.TaskId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The live stream of several tasks over one connection: of those that are named, or of all that have a label. */
@Path("stream")
public class TasksStreamResource {

    private static final Pattern FROM = Pattern.compile("earliest|latest|-[1-9][0-9]{0,17}");

    private final EventLog log;
    private final TaskStreams streams;
    private final StreamResource single;
    private final ViewerQuotas quotas;

    /**
     * @param single opens the connection as it does for a single task
     */
    public TasksStreamResource(EventLog log, TaskStreams streams, StreamResource single, ViewerQuotas quotas) {
        this.log = log;
        this.streams = streams;
        this.single = single;
        this.quotas = quotas;
    }

    /**
     * Registers the viewer with the broadcaster of each task, and returns.
     *
     * @param suspended tells JAX-RS that the response does not end here; resumed only if the stream would be empty
     */
    @GET
    @RequiresPermission(Permission.AUTHENTICATED)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void watch(
            @QueryParam("task") List<String> tasks,
            @QueryParam("label") List<String> labels,
            @BeanParam StreamResource.Options options,
            @Context SecurityContext caller,
            @Context HttpServletRequest request,
            @Context HttpServletResponse response,
            @Suspended AsyncResponse suspended)
            throws IOException {
        StreamHead.refuseWhileDraining(streams);
        Caller viewer = Caller.of(caller);
        Set<TaskId> ids = ids(tasks, labels, viewer);
        String seen = options.lastEventId();
        StreamPosition position = seen == null ? StreamPosition.NONE : StreamPosition.parse(seen);
        Function<LogState, StartPosition> from = from(options.from);
        var viewerOptions = single.viewerOptions(options, StartPosition.UNKNOWN, viewer.grant());
        List<LogState> found = find(ids, position);
        if (!ids.isEmpty()
                && found.stream().allMatch(each -> position.start(each, from).isPastEndOf(each))) {
            suspended.resume(Response.noContent().build());
            return;
        }
        Permissions permissions = viewer.grant().permissions();
        var wanted = new TaskQuery(null, Parameters.labels(labels), 1, null, permissions::mayWatch);
        Runnable release = quotas.admit(viewer.grant(), viewer.address());
        single.begin(request, response, viewerOptions, viewer.grant(), release, sink -> {
            if (ids.isEmpty()) {
                streams.register(
                        wanted, position, from, each -> quotas.count(each.task().id()), sink);
            } else {
                streams.register(found, position.in(ids), from, this::admit, sink);
            }
        });
    }

    private Runnable admit(LogState each) {
        return quotas.admit(each.task().id(), each.viewersElsewhere());
    }

    /** Returns only the head, and at once. */
    @HEAD
    @RequiresPermission(Permission.AUTHENTICATED)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response head(
            @QueryParam("task") List<String> tasks,
            @QueryParam("label") List<String> labels,
            @Context SecurityContext caller) {
        StreamHead.refuseWhileDraining(streams);
        find(ids(tasks, labels, Caller.of(caller)), StreamPosition.NONE);
        return StreamHead.answer();
    }

    /** Returns the tasks that are named, none if there are labels instead. */
    private static Set<TaskId> ids(List<String> tasks, List<String> labels, Caller caller) {
        if (tasks.isEmpty() == labels.isEmpty()) {
            throw Problem.of(400, "A stream of several tasks has parameters 'task' or parameters 'label'")
                    .asException();
        }
        Parameters.labels(labels);
        Set<TaskId> ids = new LinkedHashSet<>();
        for (String task : tasks) {
            try {
                ids.add(new TaskId(task));
            } catch (InvalidTaskException e) {
                throw Parameters.wrong("task", "must be a task id");
            }
        }
        if (ids.size() > StreamPosition.MAX_TASKS) {
            throw Parameters.wrong("task", "names at most " + StreamPosition.MAX_TASKS + " tasks");
        }
        Permissions permissions = caller.grant().permissions();
        if (!ids.stream().allMatch(permissions::mayWatch)) {
            throw Problem.of(403, "You have no permission for this").asException();
        }
        return ids;
    }

    /** Finds the tasks. One that the viewer has seen may have been deleted since; its other tasks must go on. */
    private List<LogState> find(Set<TaskId> ids, StreamPosition position) {
        List<LogState> found = new ArrayList<>();
        for (TaskId id : ids) {
            LogState state = log.find(id).orElse(null);
            if (state != null) {
                found.add(state);
            } else if (!position.tasks().containsKey(id)) {
                throw new EventLogException.NoSuchTask(id);
            }
        }
        return found;
    }

    private static Function<LogState, StartPosition> from(@Nullable String from) {
        if (from != null && !FROM.matcher(from).matches()) {
            throw Parameters.wrong("from", "must be earliest, latest, or - and a count");
        }
        return each -> StreamResource.start(null, from, each);
    }
}
