package io.taskstream.eventlog.redis;

import io.taskstream.task.TaskId;

/** The keys of one task. They share a hash tag, and so one slot of a Cluster (Redis Cluster specification, "Hash tags"). */
record TaskKeys(String prefix, TaskId id) {

    /** The hash that holds the task, its epoch and its last sequence. */
    String state() {
        return prefix + '{' + id + '}';
    }

    /** The stream of its events, each with the id {@code <sequence>-0}. */
    String events() {
        return state() + ":events";
    }

    /** The hash that holds the last answer to each node that appends. */
    String calls() {
        return state() + ":calls";
    }

    /** The hash that holds how many watch it, for each server. */
    String viewers() {
        return state() + ":viewers";
    }

    /** What a batch with that idempotency key was answered. */
    String answer(String idempotencyKey) {
        return state() + ":key:" + idempotencyKey;
    }

    /** The sharded channel that tells of appends. */
    String wake() {
        return state() + ":wake";
    }
}
