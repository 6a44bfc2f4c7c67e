package io.taskstream.eventlog.embedded;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How the store writes a {@link Position}. */
final class PositionType extends BasicDataType<Position> {

    static final PositionType INSTANCE = new PositionType();

    private static final int MEMORY = 32;

    private PositionType() {}

    @Override
    public int compare(Position a, Position b) {
        return a.compareTo(b);
    }

    @Override
    public int getMemory(Position position) {
        return MEMORY;
    }

    @Override
    public void write(WriteBuffer out, Position position) {
        out.putVarLong(position.major()).putVarLong(position.minor());
    }

    @Override
    public Position read(ByteBuffer in) {
        return new Position(DataUtils.readVarLong(in), DataUtils.readVarLong(in));
    }

    @Override
    public Position[] createStorage(int size) {
        return new Position[size];
    }
}
