package io.taskstream.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** Files under {@code failing:}, whose disk is full, fails to force, or is read-only when told. */
public final class FailingFiles extends FilePathWrapper {

    private static final String SCHEME = "failing";
    private static volatile Predicate<String> full = name -> false;
    private static volatile Predicate<String> unforceable = name -> false;
    private static volatile Consumer<String> beforeRead = name -> {};
    private static volatile Consumer<String> beforeForce = name -> {};
    private static volatile boolean readOnly;

    /** The same path, but with failures. */
    public static String at(String path) {
        FilePath.register(new FailingFiles());
        return SCHEME + ":" + path;
    }

    /** Files with such names can't be written from now on. */
    public static void failWrites(Predicate<String> ofName) {
        full = ofName;
    }

    /** Files with such names can't be forced from now on; what is written to them stays. */
    public static void failForce(Predicate<String> ofName) {
        unforceable = ofName;
    }

    /** Calls this with the name of the file before each read, on the reading thread; the read waits until it returns. */
    public static void beforeEachRead(Consumer<String> call) {
        beforeRead = call;
    }

    /** Calls this with the name of the file before each force that succeeds, on the forcing thread. */
    public static void beforeEachForce(Consumer<String> call) {
        beforeForce = call;
    }

    /** From now on no file can be opened for writing, created, moved or deleted. */
    public static void makeReadOnly() {
        readOnly = true;
    }

    public static void heal() {
        readOnly = false;
        full = name -> false;
        unforceable = name -> false;
        beforeRead = name -> {};
        beforeForce = name -> {};
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public boolean canWrite() {
        return !readOnly && super.canWrite();
    }

    @Override
    public void createDirectory() {
        checkWritable();
        super.createDirectory();
    }

    @Override
    public void delete() {
        checkWritable();
        super.delete();
    }

    @Override
    public void moveTo(FilePath newName, boolean atomicReplace) {
        checkWritable();
        super.moveTo(newName, atomicReplace);
    }

    private static void checkWritable() {
        if (readOnly) {
            throw new IllegalStateException("Read-only file system");
        }
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        if (readOnly && !mode.equals("r")) {
            throw new IOException("Read-only file system");
        }
        return new FailingChannel(getName(), super.open(mode));
    }

    private static final class FailingChannel extends FileBase {

        private final String name;
        private final FileChannel file;

        FailingChannel(String name, FileChannel file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public synchronized int write(ByteBuffer bytes, long position) throws IOException {
            failIfFull(bytes);
            return file.write(bytes, position);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            failIfFull(bytes);
            return file.write(bytes);
        }

        /** Writes half of it before the disk is full, as real disks do. */
        private void failIfFull(ByteBuffer bytes) throws IOException {
            if (readOnly) {
                throw new IOException("Read-only file system");
            }
            if (full.test(name)) {
                ByteBuffer half = bytes.duplicate();
                half.limit(half.position() + half.remaining() / 2);
                file.write(half, file.size());
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (unforceable.test(name)) {
                throw new IOException("Input/output error");
            }
            beforeForce.accept(name);
            file.force(metaData);
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            if (unforceable.test(name)) {
                throw new IOException("Input/output error");
            }
            file.truncate(size);
            return this;
        }

        /** Not synchronized: a read that is delayed delays no other. */
        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public int read(ByteBuffer bytes, long position) throws IOException {
            beforeRead.accept(name);
            return file.read(bytes, position);
        }

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return file.read(bytes);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}
