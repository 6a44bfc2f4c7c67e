package io.taskstream.app;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what {@link LogExport} wrote. A task that is there already gets the events that it lacks, by their number, so
 * that an import that broke off can be begun anew.
 *
 * <p>Used once, by one thread.
 */
final class LogImport {

    private static final int BATCH_CHARACTERS = 64 << 10;

    private final EventLog log;
    private final EventReader reader;

    private @Nullable TaskId task;
    private long present;
    private long seen;
    private int tasks;
    private int characters;
    private List<EventData> batch = new ArrayList<>();

    LogImport(EventLog log, EventReader reader) {
        this.log = log;
        this.reader = reader;
    }

    /** Takes in a file; answers how many tasks were in it. */
    int readFrom(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(LogExport.TIME)) {
                    event(line);
                } else {
                    flush();
                    begin(line);
                }
            }
        }
        flush();
        return tasks;
    }

    private void begin(String line) {
        Task next = task(line);
        log.create(next);
        task = next.id();
        tasks++;
        seen = 0;
        present = log.find(next.id()).orElseThrow().last().sequence();
    }

    private static Task task(String line) {
        try (JsonReader json = Json.createReader(new StringReader(line))) {
            JsonObject task = json.readObject().getJsonObject("task");
            Map<String, String> labels = new HashMap<>();
            task.getJsonObject("labels").forEach((key, label) -> labels.put(key, ((JsonString) label).getString()));
            return Task.open(
                    new TaskId(task.getString("id")),
                    task.getString("title", null),
                    labels,
                    Instant.parse(task.getString("created")));
        }
    }

    private void event(String line) {
        seen++;
        if (seen <= present) {
            return;
        }
        String data = line.substring(line.indexOf(LogExport.DATA) + LogExport.DATA.length(), line.length() - 1);
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
        log.append(task, Batch.of(batch)).toCompletableFuture().join();
        batch = new ArrayList<>();
        characters = 0;
    }
}
