package io.taskstream.eventlog.embedded;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.DataType;

/**
 * Another type, with the length and a CRC-32C before what a page of the store has of it: MVStore checks where a page
 * lies, but not what it holds. What was changed on the disk is found before it is taken for anything.
 */
final class CheckedType<T> implements DataType<T> {

    private static final int HEAD = 8;

    /** Far more than a page of the store has. */
    private static final int MOST = 1 << 20;

    private final DataType<T> type;

    CheckedType(DataType<T> type) {
        this.type = type;
    }

    @Override
    public void write(WriteBuffer out, Object storage, int count) {
        int start = out.position();
        out.putInt(0).putInt(0);
        try {
            type.write(out, storage, count);
        } catch (RuntimeException e) {
            throw new Corruption.Fault("A page of the store can't be written", e);
        }
        int length = out.position() - start - HEAD;
        out.putInt(start, length).putInt(start + 4, checksum(out.getBuffer(), start + HEAD, length));
    }

    @Override
    public void read(ByteBuffer in, Object storage, int count) {
        if (in.remaining() < HEAD) {
            throw damage();
        }
        int length = in.getInt();
        int checksum = in.getInt();
        if (length < 0 || length > in.remaining() || checksum(in, in.position(), length) != checksum) {
            throw damage();
        }
        try {
            type.read(in, storage, count);
        } catch (RuntimeException e) {
            throw new Corruption.Fault("A page of the store is not of the form that this version reads", e);
        }
    }

    private static int checksum(ByteBuffer bytes, int from, int length) {
        var checksum = new CRC32C();
        checksum.update(bytes.duplicate().limit(from + length).position(from));
        return (int) checksum.getValue();
    }

    private static RuntimeException damage() {
        return DataUtils.newMVStoreException(DataUtils.ERROR_FILE_CORRUPT, "A page was changed on the disk");
    }

    @Override
    public T[] createStorage(int size) {
        if (size < 0 || size > MOST) {
            throw damage();
        }
        return type.createStorage(size);
    }

    @Override
    public void write(WriteBuffer out, T value) {
        type.write(out, value);
    }

    @Override
    public T read(ByteBuffer in) {
        return type.read(in);
    }

    @Override
    public int compare(T a, T b) {
        return type.compare(a, b);
    }

    @Override
    public int binarySearch(T key, Object storage, int size, int initialGuess) {
        return type.binarySearch(key, storage, size, initialGuess);
    }

    @Override
    public int getMemory(T value) {
        return type.getMemory(value);
    }

    @Override
    public boolean isMemoryEstimationAllowed() {
        return type.isMemoryEstimationAllowed();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CheckedType<?> checked && checked.type.equals(type);
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }
}
