package io.taskstream.eventlog.embedded;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How the store writes a {@link CompositeKey}. */
final class CompositeKeyType extends BasicDataType<CompositeKey> {

    static final CompositeKeyType INSTANCE = new CompositeKeyType();

    private static final int MEMORY = 32;

    private CompositeKeyType() {}

    @Override
    public int compare(CompositeKey a, CompositeKey b) {
        return a.compareTo(b);
    }

    @Override
    public int getMemory(CompositeKey position) {
        return MEMORY;
    }

    @Override
    public void write(WriteBuffer out, CompositeKey position) {
        out.putVarLong(position.prefix()).putVarLong(position.suffix());
    }

    @Override
    public CompositeKey read(ByteBuffer in) {
        return new CompositeKey(DataUtils.readVarLong(in), DataUtils.readVarLong(in));
    }

    @Override
    public CompositeKey[] createStorage(int size) {
        return new CompositeKey[size];
    }
}
