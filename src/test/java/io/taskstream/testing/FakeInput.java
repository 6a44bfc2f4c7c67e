package io.taskstream.testing;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** A request body that arrives in pieces, when told. A read returns one piece, or the part of it that fits. */
public final class FakeInput extends ServletInputStream {

    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private ReadListener listener;
    private boolean ended;
    private boolean callBackIsOwed;
    private boolean isLikeGrizzly;
    private IOException failure;
    private IOException failureAtEnd;

    /** A piece arrives. */
    public void arrive(String text) throws IOException {
        arrive(text.getBytes(StandardCharsets.UTF_8));
    }

    public void arrive(byte[] piece) throws IOException {
        arrived.add(piece);
        callBack();
    }

    /** A piece arrives, but the container does not say so yet. */
    public void arriveUnnoticed(String text) {
        arrived.add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The body has ended, and all of it has been read. */
    public void end() throws IOException {
        ended = true;
        listener.onAllDataRead();
    }

    /** The body has ended; the container says so only if all of it has been read. */
    public void endBehindWhatIsUnread() throws IOException {
        ended = true;
        if (callBackIsOwed) {
            callBackIsOwed = false;
            listener.onAllDataRead();
        }
    }

    /** As Grizzly does: the end is announced while pieces are still to be read. */
    public void announceEndEarly() throws IOException {
        listener.onAllDataRead();
    }

    /** From now on it must not be asked again whether it is ready while it owes a call. */
    public void beLikeGrizzly() {
        isLikeGrizzly = true;
    }

    /** As Grizzly does: calls the listener for an earlier request that had the same objects. */
    public void callBackForAnEarlierRequest() throws IOException {
        listener.onDataAvailable();
    }

    /** The producer disconnects. */
    public void breakOff(IOException error) {
        failure = error;
        listener.onError(error);
    }

    /** From now on reading fails, though the container has said nothing. */
    public void failWith(IOException error) {
        failure = error;
    }

    /** As on Undertow if the connection breaks behind a piece: the read that takes the last byte fails. */
    public void arriveWithBreak(String text, IOException error) throws IOException {
        failureAtEnd = error;
        arrive(text);
    }

    private void callBack() throws IOException {
        if (callBackIsOwed) {
            callBackIsOwed = false;
            listener.onDataAvailable();
        }
    }

    @Override
    public void setReadListener(ReadListener newListener) {
        listener = newListener;
        callBackIsOwed = true;
    }

    @Override
    public boolean isReady() {
        if (isLikeGrizzly && callBackIsOwed) {
            throw new IllegalStateException("Asked again before it has called");
        }
        boolean isReady = !arrived.isEmpty() || ended || failure != null;
        callBackIsOwed |= !isReady;
        return isReady;
    }

    @Override
    public boolean isFinished() {
        return ended && arrived.isEmpty();
    }

    @Override
    public int available() {
        return arrived.isEmpty() ? 0 : arrived.getFirst().length;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        byte[] piece = arrived.poll();
        if (piece == null) {
            return -1;
        }
        int read = Math.min(length, piece.length);
        System.arraycopy(piece, 0, buffer, offset, read);
        if (read < piece.length) {
            arrived.addFirst(Arrays.copyOfRange(piece, read, piece.length));
        } else if (failureAtEnd != null) {
            throw failureAtEnd;
        }
        return read;
    }

    @Override
    public int read() {
        throw new UnsupportedOperationException();
    }
}
