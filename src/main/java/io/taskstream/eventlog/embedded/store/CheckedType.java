package io.taskstream.eventlog.embedded.store;

import io.taskstream.eventlog.embedded.journal.TaskCodec;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.zip.CRC32C;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.jspecify.annotations.Nullable;

/**
 * A data type of the store's maps that writes a length and a CRC-32C before the keys or values of each page. MVStore checks
 * where a page lies but not its content; the checksum finds bytes that changed on the disk before they are interpreted.
 */
final class CheckedType<T> extends BasicDataType<T> {

    static final CheckedType<Long> LONG = new CheckedType<>(
            Long.class, value -> 8, WriteBuffer::putVarLong, DataUtils::readVarLong, Comparator.naturalOrder());
    static final CheckedType<String> STRING = new CheckedType<>(
            String.class,
            text -> 24 + 2 * text.length(),
            TaskCodec::writeText,
            DataUtils::readString,
            Comparator.naturalOrder());
    static final CheckedType<byte[]> BYTES = new CheckedType<>(
            byte[].class,
            bytes -> bytes.length,
            (out, bytes) -> out.putVarInt(bytes.length).put(bytes),
            CheckedType::readBytes,
            null);

    private static final int HEADER = 8;

    /** Far more entries than a page of the store has. */
    private static final int MAX_ENTRIES = 1 << 20;

    private final Class<T> type;
    private final ToIntFunction<T> memory;
    private final BiConsumer<WriteBuffer, T> writer;
    private final Function<ByteBuffer, T> reader;
    private final @Nullable Comparator<T> order;

    /**
     * @param memory estimates a value's size in the heap, in bytes
     * @param order the order of keys, {@code null} for a type of values only
     */
    CheckedType(
            Class<T> type,
            ToIntFunction<T> memory,
            BiConsumer<WriteBuffer, T> writer,
            Function<ByteBuffer, T> reader,
            @Nullable Comparator<T> order) {
        this.type = type;
        this.memory = memory;
        this.writer = writer;
        this.reader = reader;
        this.order = order;
    }

    private static byte[] readBytes(ByteBuffer in) {
        byte[] bytes = new byte[DataUtils.readVarInt(in)];
        in.get(bytes);
        return bytes;
    }

    @Override
    public void write(WriteBuffer out, Object storage, int count) {
        int start = out.position();
        out.putInt(0).putInt(0);
        try {
            super.write(out, storage, count);
        } catch (RuntimeException e) {
            throw new Corruption.Fault("A page of the store can't be written", e);
        }
        int length = out.position() - start - HEADER;
        out.putInt(start, length).putInt(start + 4, checksum(out.getBuffer(), start + HEADER, length));
    }

    @Override
    public void read(ByteBuffer in, Object storage, int count) {
        if (in.remaining() < HEADER) {
            throw corruption();
        }
        int length = in.getInt();
        int checksum = in.getInt();
        if (length < 0 || length > in.remaining() || checksum(in, in.position(), length) != checksum) {
            throw corruption();
        }
        try {
            super.read(in, storage, count);
        } catch (RuntimeException e) {
            throw new Corruption.Fault("A page of the store is not of the form that this version reads", e);
        }
    }

    private static int checksum(ByteBuffer bytes, int from, int length) {
        var checksum = new CRC32C();
        checksum.update(bytes.duplicate().limit(from + length).position(from));
        return (int) checksum.getValue();
    }

    private static RuntimeException corruption() {
        return DataUtils.newMVStoreException(DataUtils.ERROR_FILE_CORRUPT, "A page was changed on the disk");
    }

    @Override
    @SuppressWarnings("unchecked")
    public T[] createStorage(int size) {
        if (size < 0 || size > MAX_ENTRIES) {
            throw corruption();
        }
        return (T[]) Array.newInstance(type, size);
    }

    @Override
    public void write(WriteBuffer out, T value) {
        writer.accept(out, value);
    }

    @Override
    public T read(ByteBuffer in) {
        return reader.apply(in);
    }

    @Override
    public int compare(T a, T b) {
        return order == null ? super.compare(a, b) : order.compare(a, b);
    }

    @Override
    public int getMemory(T value) {
        return memory.applyAsInt(value);
    }

    /** MVStore's own types are equal if their classes are; this class stands for several types. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
