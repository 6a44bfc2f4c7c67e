package io.taskstream.it.wire;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Posts JSON, one to three events at a time, each with an Idempotency-Key, and repeats what was not answered. */
public final class KeyedProducer extends Producer {

    public KeyedProducer(Calls calls, String task, LongSupplier watched, Duration pause) {
        super(calls, task, watched, pause);
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

    /** Repeats the same post, whether it was kept or not: its key makes it count once. */
    @Override
    long goOnBehind(long acknowledged, long found) {
        boolean isWhole = found == acknowledged || found == acknowledged + 1 + acknowledged % 3;
        if (!isWhole) {
            throw new AssertionError("Only a part of a batch is there: " + found + " after " + acknowledged);
        }
        return acknowledged;
    }
}
