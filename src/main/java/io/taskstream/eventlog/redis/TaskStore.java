package io.taskstream.eventlog.redis;

import io.lettuce.core.ScriptOutputType;
import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.Upload;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** Tasks and their logs in Redis, except for appends. Thread-safe; never blocks. Failures are Redis's own. */
final class TaskStore {

    private static final Script CREATE = Script.load("create", ScriptOutputType.VALUE);
    private static final Script LISTED = Script.load("listed", ScriptOutputType.STATUS);
    private static final Script FIND = Script.load("find", ScriptOutputType.MULTI);
    private static final Script READ = Script.load("read", ScriptOutputType.MULTI);
    private static final Script DELETE = Script.load("delete", ScriptOutputType.INTEGER);
    private static final Script LACKS = Script.load("lacks", ScriptOutputType.VALUE);
    private static final Script RENEW = Script.load("renew", ScriptOutputType.STATUS);

    /** The limit of one read, since a script blocks all other commands. */
    private static final int PAGE_EVENTS = 512;

    private static final int SMALL_FRAME = 64;

    /** The prefix of the fields of a task's hash that hold labels. */
    private static final String LABEL = "label:";

    /** The prefix of the fields of a task's hash that hold uploads. */
    private static final String UPLOAD = "upload:";

    private final RedisLink link;
    private final String prefix;
    private final byte[] node;

    /**
     * @param node the name of this engine
     */
    TaskStore(RedisLink link, String prefix, String node) {
        this.link = link;
        this.prefix = prefix;
        this.node = Script.bytes(node);
    }

    /** The keys of one task. They have the same hash tag, and so one slot of a Cluster (Redis Cluster specification). */
    record Keys(String prefix, TaskId id) {

        /** The hash with the task, its epoch, its last sequence and its uploads. */
        String state() {
            return prefix + '{' + id + '}';
        }

        /** The stream of its events, with ids {@code <sequence>-0}. */
        String events() {
            return state() + ":events";
        }

        /** The hash with the last reply to each engine that appends. */
        String calls() {
            return state() + ":calls";
        }

        /** The hash with the number of its viewers on each server. */
        String viewers() {
            return state() + ":viewers";
        }

        /** The reply to a batch with that idempotency key. */
        String answer(String idempotencyKey) {
            return state() + ":key:" + idempotencyKey;
        }

        /** The sharded channel of its notifications. */
        String wake() {
            return state() + ":wake";
        }
    }

    Keys keys(TaskId id) {
        return new Keys(prefix, id);
    }

    /** Returns the name of the Redis node that has the task. */
    String node(TaskId id) {
        return link.node(keys(id).state());
    }

    /** The result of a creation. */
    enum Creation {
        CREATED,
        EXISTS,
        /** The task exists, but may be missing in the index. */
        UNLISTED
    }

    /** Creates the task with that epoch. May be retried with the same epoch. */
    CompletionStage<Creation> create(Task task, String epoch) {
        Keys keys = keys(task.id());
        return CREATE.<byte[]>run(
                        link::writing, array(keys.state(), keys.events(), keys.calls()), arguments(task, epoch))
                .thenApply(reply -> switch (Script.text(reply)) {
                    case "created" -> Creation.CREATED;
                    case "unlisted" -> Creation.UNLISTED;
                    default -> Creation.EXISTS;
                });
    }

    private static byte[][] arguments(Task task, String epoch) {
        List<String> fields =
                new ArrayList<>(List.of(epoch, "created", task.created().toString()));
        String title = task.title();
        if (title != null) {
            fields.addAll(List.of("title", title));
        }
        task.labels().forEach((key, value) -> fields.addAll(List.of(LABEL + key, value)));
        return Script.bytes(fields);
    }

    /** Records that the index has the task. */
    CompletionStage<Object> markListed(TaskId id) {
        return LISTED.run(link::writing, array(keys(id).state()));
    }

    CompletionStage<Optional<LogState>> find(TaskId id) {
        Keys keys = keys(id);
        return FIND.<List<Object>>run(link::reading, array(keys.state(), keys.events(), keys.viewers()), node)
                .thenApply(reply -> state(id, reply));
    }

    /** Decodes a reply of {@code find.lua}: the numbers of events and viewers, then fields and values if there is a task. */
    private static Optional<LogState> state(TaskId id, List<Object> reply) {
        List<?> pairs = (List<?>) reply.get(2);
        if (pairs.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        Map<String, String> labels = new HashMap<>();
        Map<String, String> uploads = new TreeMap<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            String field = Script.text(pairs.get(i));
            String value = Script.text(pairs.get(i + 1));
            if (field.startsWith(LABEL)) {
                labels.put(field.substring(LABEL.length()), value);
            } else if (field.startsWith(UPLOAD)) {
                uploads.put(field.substring(UPLOAD.length()), value);
            } else {
                fields.put(field, value);
            }
        }
        EventId last = new EventId(required(fields, "epoch"), Long.parseLong(required(fields, "last")));
        long oldest = last.sequence() - (Long) reply.get(0) + 1;
        int viewers = Math.toIntExact((Long) reply.get(1));
        return Optional.of(
                new LogState(task(id, fields, labels), last, oldest, viewers, present(uploads, last.epoch())));
    }

    /** Returns the uploads without those that were counted under an earlier epoch, and so are lost. */
    private static List<Upload> present(Map<String, String> uploads, String epoch) {
        return uploads.entrySet().stream()
                .filter(each -> each.getValue().startsWith(epoch + ':'))
                .map(each -> UploadText.decode(each.getKey(), each.getValue()))
                .toList();
    }

    private static Task task(TaskId id, Map<String, String> fields, Map<String, String> labels) {
        TaskStatus status = TaskStatus.ofWireName(required(fields, "status")).orElseThrow(() -> corrupt("status"));
        return new Task(
                id,
                fields.get("title"),
                labels,
                Instant.parse(required(fields, "created")),
                status,
                status.isFinished() ? Instant.ofEpochMilli(Long.parseLong(required(fields, "finished"))) : null);
    }

    private static String required(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name)).orElseThrow(() -> corrupt(name));
    }

    private static IllegalStateException corrupt(String field) {
        return new IllegalStateException("A task in Redis has no proper " + field);
    }

    /**
     * Reads events after a sequence, within the limits, but at least one if there is any.
     *
     * @param withTime whether to read when the event of that sequence was appended
     * @return for {@link LogPage#of}, which must not run on Lettuce's thread
     */
    CompletionStage<List<Object>> page(TaskId id, long after, int maxBytes, boolean withTime) {
        Keys keys = keys(id);
        return READ.run(
                link::reading,
                array(keys.state(), keys.events()),
                Script.bytes(after),
                Script.bytes(Math.max(1, Math.min(PAGE_EVENTS, maxBytes / SMALL_FRAME))),
                Script.bytes(maxBytes),
                Script.bytes(withTime ? "1" : ""));
    }

    /** Deletes the task. Returns whether there was one. */
    CompletionStage<Boolean> delete(TaskId id) {
        Keys keys = keys(id);
        return DELETE.<Long>run(link::writing, array(keys.state(), keys.events(), keys.calls(), keys.wake()))
                .thenApply(deleted -> deleted == 1);
    }

    /** What Redis has of an upload. */
    enum Comparison {
        KEPT,
        LOST,
        /** There is no task, or its log has another epoch. */
        OTHER_EPOCH
    }

    /** Compares an upload with what was acknowledged of it. */
    CompletionStage<Comparison> compare(TaskId id, AcknowledgedUploads.Acknowledged known) {
        Keys keys = keys(id);
        Upload upload = known.upload();
        List<String> arguments = List.of(
                known.last().epoch(),
                Long.toString(known.last().sequence()),
                known.time() == 0 ? "" : Long.toString(known.time()),
                upload.name(),
                Long.toString(upload.offset()),
                upload.complete() ? "1" : "0",
                Long.toString(upload.turn()),
                Long.toString(known.claimed()));
        return LACKS.<byte[]>run(link::reading, array(keys.state(), keys.events()), Script.bytes(arguments))
                .thenApply(reply -> switch (Script.text(reply)) {
                    case "kept" -> Comparison.KEPT;
                    case "lost" -> Comparison.LOST;
                    default -> Comparison.OTHER_EPOCH;
                });
    }

    /** Replaces the log's epoch, if it still is that one. */
    CompletionStage<Object> renew(TaskId id, String epoch, String newEpoch) {
        Keys keys = keys(id);
        return RENEW.run(link::writing, array(keys.state(), keys.wake()), Script.bytes(List.of(epoch, newEpoch)));
    }

    private static String[] array(String... keys) {
        return keys;
    }
}
