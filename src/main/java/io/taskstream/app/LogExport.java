package io.taskstream.app;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes all tasks of an engine, the oldest first, each followed by its events; one JSON a line. */
final class LogExport {

    /** Between the time and the data of an event; what follows is as it was sent. */
    static final String DATA = "\",\"data\":";

    static final String TIME = "{\"time\":\"";

    private static final int PAGE = 500;

    private final EventLog log;

    LogExport(EventLog log) {
        this.log = log;
    }

    /** Writes them to a file, in place of what is in it; answers how many tasks there were. */
    int writeTo(Path file) throws IOException {
        List<TaskId> oldestFirst = ids();
        Collections.reverse(oldestFirst);
        OwnerOnly.file(file);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (TaskId id : oldestFirst) {
                Optional<LogState> state = log.find(id);
                if (state.isPresent()) {
                    write(state.get().task(), out);
                }
            }
        }
        return oldestFirst.size();
    }

    private List<TaskId> ids() {
        List<TaskId> ids = new ArrayList<>();
        TaskId after = null;
        while (true) {
            List<LogState> page = log.list(new TaskQuery(null, Map.of(), PAGE, after));
            page.forEach(state -> ids.add(state.task().id()));
            if (page.size() < PAGE) {
                return ids;
            }
            after = page.get(PAGE - 1).task().id();
        }
    }

    private void write(Task task, BufferedWriter out) throws IOException {
        out.write(Json.createObjectBuilder().add("task", json(task)).build().toString());
        out.newLine();
        List<StoredEvent> page = log.history(task.id(), 0, PAGE);
        while (!page.isEmpty()) {
            for (StoredEvent event : page) {
                // A line end within JSON stands between values only, where a space is as good.
                String data = new String(event.data(), StandardCharsets.UTF_8).replaceAll("[\\r\\n]", " ");
                out.write(TIME + event.time() + DATA + data + "}");
                out.newLine();
            }
            page = log.history(task.id(), page.get(page.size() - 1).id().sequence(), PAGE);
        }
    }

    private static JsonObjectBuilder json(Task task) {
        JsonObjectBuilder labels = Json.createObjectBuilder();
        task.labels().forEach(labels::add);
        JsonObjectBuilder json =
                Json.createObjectBuilder().add("id", task.id().value()).add("labels", labels);
        String title = task.title();
        if (title != null) {
            json.add("title", title);
        }
        return json.add("created", task.created().toString());
    }
}
