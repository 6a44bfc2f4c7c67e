package io.taskstream.eventlog.embedded;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How the store writes a {@link KeyAnswer}. */
final class KeyAnswerType extends BasicDataType<KeyAnswer> {

    static final KeyAnswerType INSTANCE = new KeyAnswerType();

    private static final int MEMORY = 120;

    private KeyAnswerType() {}

    @Override
    public int getMemory(KeyAnswer answer) {
        return MEMORY;
    }

    @Override
    public void write(WriteBuffer out, KeyAnswer answer) {
        out.putVarInt(answer.count()).putVarLong(answer.last()).putVarLong(answer.timeMillis());
        TaskCodec.writeText(out, answer.fingerprint());
    }

    @Override
    public KeyAnswer read(ByteBuffer in) {
        return new KeyAnswer(
                DataUtils.readVarInt(in),
                DataUtils.readVarLong(in),
                DataUtils.readVarLong(in),
                DataUtils.readString(in));
    }

    @Override
    public KeyAnswer[] createStorage(int size) {
        return new KeyAnswer[size];
    }
}
