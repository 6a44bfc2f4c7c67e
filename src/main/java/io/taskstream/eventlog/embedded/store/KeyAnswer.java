package io.taskstream.eventlog.embedded.store;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.embedded.journal.JournalRecord;
import io.taskstream.eventlog.embedded.journal.TaskCodec;
import java.util.Objects;
import org.h2.mvstore.DataUtils;

/**
 * The answer to the first batch with an idempotency key.
 *
 * @param last the sequence of the batch's last event
 * @param timeMillis when it was appended, in milliseconds since 1970
 * @param fingerprint digest of its events
 */
public record KeyAnswer(int count, long last, long timeMillis, String fingerprint) {

    static final CheckedType<KeyAnswer> TYPE = new CheckedType<>(
            KeyAnswer.class,
            answer -> 120,
            (out, answer) -> {
                out.putVarInt(answer.count).putVarLong(answer.last).putVarLong(answer.timeMillis);
                TaskCodec.writeText(out, answer.fingerprint);
            },
            in -> new KeyAnswer(
                    DataUtils.readVarInt(in),
                    DataUtils.readVarLong(in),
                    DataUtils.readVarLong(in),
                    DataUtils.readString(in)),
            null);

    /** Returns the answer to a batch that has a key and was appended. */
    public static KeyAnswer of(JournalRecord.BatchAppended batch) {
        return new KeyAnswer(
                batch.events().size(), batch.last(), batch.timeMillis(), Objects.requireNonNull(batch.fingerprint()));
    }

    /**
     * Returns the answer to a repetition of the batch.
     *
     * @throws EventLogException.KeyReused if the events differ
     */
    public Appended repeat(Batch batch, EventId inLog) {
        if (!fingerprint.equals(batch.fingerprint())) {
            throw new EventLogException.KeyReused();
        }
        return new Appended(count, inLog.at(last));
    }
}
