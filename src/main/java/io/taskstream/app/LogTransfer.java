package io.taskstream.app;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The import and export of all tasks before the server accepts requests, to move them from one engine to another. A file has one
 * JSON object a line: each task with its uploads, the oldest first, followed by its events.
 *
 * @param exportFile the file to write, empty for none
 * @param importFile the file to read, empty for none
 */
record LogTransfer(String exportFile, String importFile) {

    private static final Logger LOG = System.getLogger(LogTransfer.class.getName());

    private static final int PAGE = 500;

    /** Begins the line of an event. */
    private static final String TIME = "{\"time\":\"";

    /** Stands between the time and the data of an event; the data follows as it was sent. */
    private static final String DATA = "\",\"data\":";

    static LogTransfer read(SettingReader config) {
        return new LogTransfer(config.text("taskstream.export.file", ""), config.text("taskstream.import.file", ""));
    }

    /** Imports, and then exports, if the settings ask for it. */
    void run(EventLog log, EventReader reader) {
        try {
            if (!importFile.isEmpty()) {
                int tasks = importFrom(Path.of(importFile), log, reader);
                LOG.log(Level.INFO, "{0} tasks were imported from {1}", tasks, importFile);
            }
            if (!exportFile.isEmpty()) {
                int tasks = exportTo(Path.of(exportFile), log);
                LOG.log(Level.INFO, "{0} tasks were exported to {1}", tasks, exportFile);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes all tasks of an engine to a file, which replaces an older one.
     *
     * @return how many tasks there were
     */
    static int exportTo(Path file, EventLog log) throws IOException {
        List<TaskId> oldestFirst = ids(log);
        Collections.reverse(oldestFirst);
        OwnerOnly.file(file);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (TaskId id : oldestFirst) {
                Optional<LogState> state = log.find(id);
                if (state.isPresent()) {
                    write(state.get(), log, out);
                }
            }
        }
        return oldestFirst.size();
    }

    private static List<TaskId> ids(EventLog log) {
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

    private static void write(LogState state, EventLog log, BufferedWriter out) throws IOException {
        TaskId id = state.task().id();
        out.write(Json.createObjectBuilder().add("task", json(state)).build().toString());
        out.newLine();
        List<StoredEvent> page = log.history(id, 0, PAGE);
        while (!page.isEmpty()) {
            for (StoredEvent event : page) {
                // JSON has line ends between values only, where a space means the same.
                String data = new String(event.data(), StandardCharsets.UTF_8).replaceAll("[\\r\\n]", " ");
                out.write(TIME + event.time() + DATA + data + "}");
                out.newLine();
            }
            page = log.history(id, page.get(page.size() - 1).id().sequence(), PAGE);
        }
    }

    private static JsonObjectBuilder json(LogState state) {
        Task task = state.task();
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("id", task.id().value())
                .add("labels", Json.createObjectBuilder(task.labels()))
                .add("created", task.created().toString());
        if (task.title() != null) {
            json.add("title", task.title());
        }
        return state.uploads().isEmpty() ? json : json.add("uploads", json(state.uploads()));
    }

    private static JsonArrayBuilder json(List<Upload> uploads) {
        JsonArrayBuilder json = Json.createArrayBuilder();
        for (Upload upload : uploads) {
            json.add(Json.createObjectBuilder()
                    .add("name", upload.name())
                    .add("type", upload.type())
                    .add("offset", upload.offset())
                    .add("complete", upload.complete())
                    .add("interval", upload.interval()));
        }
        return json;
    }

    /**
     * Imports an exported file. A task that exists gets only the events that it lacks, so that an import that failed can be
     * repeated.
     *
     * @return how many tasks were in the file
     */
    static int importFrom(Path file, EventLog log, EventReader reader) throws IOException {
        return new Import(log, reader).readFrom(file);
    }

    /** An import. Used once, by one thread. */
    private static final class Import {

        private static final int BATCH_CHARACTERS = 64 << 10;

        private final EventLog log;
        private final EventReader reader;

        private @Nullable TaskId task;
        private List<JsonObject> uploads = List.of();
        private long present;
        private long seen;
        private int tasks;
        private int characters;
        private List<EventData> batch = new ArrayList<>();

        Import(EventLog log, EventReader reader) {
            this.log = log;
            this.reader = reader;
        }

        int readFrom(Path file) throws IOException {
            try (BufferedReader in = Files.newBufferedReader(file)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    if (line.startsWith(TIME)) {
                        event(line);
                    } else {
                        end();
                        begin(line);
                    }
                }
            }
            end();
            return tasks;
        }

        private void begin(String line) {
            JsonObject json = object(line).getJsonObject("task");
            Task next = task(json);
            log.create(next);
            task = next.id();
            tasks++;
            seen = 0;
            LogState state = log.find(next.id()).orElseThrow();
            present = state.last().sequence();
            uploads = json.containsKey("uploads")
                    ? json.getJsonArray("uploads").getValuesAs(JsonObject.class)
                    : List.of();
            if (!state.task().status().isFinished()) {
                // Before the events: no upload begins in a finished task.
                beginUploads(state);
            }
        }

        private static JsonObject object(String line) {
            try (JsonReader json = Json.createReader(new StringReader(line))) {
                return json.readObject();
            }
        }

        private static Task task(JsonObject task) {
            Map<String, String> labels = new HashMap<>();
            task.getJsonObject("labels").forEach((key, label) -> labels.put(key, ((JsonString) label).getString()));
            return Task.open(
                    new TaskId(task.getString("id")),
                    task.getString("title", null),
                    labels,
                    Instant.parse(task.getString("created")));
        }

        private void beginUploads(LogState state) {
            List<String> begun = state.uploads().stream().map(Upload::name).toList();
            for (JsonObject upload : uploads) {
                if (!begun.contains(upload.getString("name"))) {
                    begin(state.task().id(), upload);
                }
            }
        }

        private void begin(TaskId id, JsonObject upload) {
            String name = upload.getString("name");
            try {
                append(id, new UploadChange.Begin(name, upload.getString("type")));
                append(id, new UploadChange.Claim(name, upload.getInt("interval")));
            } catch (UploadRefused e) {
                // An earlier import is complete, and the log has lost the upload since.
            }
        }

        /** Ends the current task: its uploads count its events, which are all there. */
        private void end() {
            flush();
            if (task == null || uploads.isEmpty()) {
                return;
            }
            Map<String, JsonObject> exported = new HashMap<>();
            uploads.forEach(upload -> exported.put(upload.getString("name"), upload));
            for (Upload upload : log.find(task).orElseThrow().uploads()) {
                JsonObject to = exported.get(upload.name());
                if (to != null) {
                    advance(task, upload, to.getJsonNumber("offset").longValueExact(), to.getBoolean("complete"));
                }
            }
        }

        private void advance(TaskId id, Upload from, long to, boolean isComplete) {
            if (from.offset() < to || (from.offset() == to && isComplete && !from.complete())) {
                append(id, new UploadChange.Advance(from.name(), from.turn(), from.offset(), to, isComplete));
            }
        }

        private void append(TaskId id, UploadChange change) {
            append(id, Batch.of(List.of(), change, null));
        }

        private void append(TaskId id, Batch next) {
            try {
                log.append(id, next).toCompletableFuture().join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof EventLogException refusal ? refusal : e;
            }
        }

        private void event(String line) {
            seen++;
            if (seen <= present) {
                return;
            }
            String data = line.substring(line.indexOf(DATA) + DATA.length(), line.length() - 1);
            batch.add(reader.read(data));
            characters += data.length();
            if (characters > BATCH_CHARACTERS) {
                flush();
            }
        }

        private void flush() {
            if (task == null || batch.isEmpty()) {
                return;
            }
            append(task, Batch.of(batch));
            batch = new ArrayList<>();
            characters = 0;
        }
    }
}
