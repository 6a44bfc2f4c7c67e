package io.taskstream.it.crash;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Posts JSON, one to three events at a time, each with an Idempotency-Key, and posts again what was not answered. */
final class KeyedProducer extends Producer {

    KeyedProducer(Calls calls, String task, LongSupplier watched) {
        super(calls, task, watched);
    }

    @Override
    Attempt publish(long last) {
        long sent = last + 1 + last % 3;
        String batch = LongStream.rangeClosed(last + 1, sent)
                .mapToObj(Producer::event)
                .collect(Collectors.joining(",", "[", "]"));
        var answer = calls.publish(
                task,
                "application/json",
                BodyPublishers.ofString(batch),
                "Idempotency-Key",
                task + " from " + (last + 1));
        return new Attempt(sent, answer);
    }

    /** The same post again, whether it is there or not: its key sees to it that it is there once. */
    @Override
    long goOnBehind(long acknowledged, long found) {
        boolean isWhole = found == acknowledged || found == acknowledged + 1 + acknowledged % 3;
        if (!isWhole) {
            throw new AssertionError("Only a part of a batch is there: " + found + " after " + acknowledged);
        }
        return acknowledged;
    }
}
