package io.taskstream.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network between two programs that can be cut, lose all answers, be slow, or lose everything. */
public final class TcpProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> forgotten = ConcurrentHashMap.newKeySet();

    private volatile boolean cut;
    private volatile boolean swallows;
    private volatile boolean losesAnswers;
    private volatile long delayMillis;

    /**
     * @param target the port of the loopback interface to which it leads
     */
    public TcpProxy(int target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    public String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /** Resets all connections, and accepts none until it is mended. */
    public void cut() {
        cut = true;
        sockets.forEach(TcpProxy::close);
        sockets.clear();
    }

    /**
     * Swallows all that is sent, and resets no connection, as a firewall does that has forgotten them. Connections that exist,
     * or are made until it is mended, stay dead.
     */
    public void swallow() {
        swallows = true;
        forgotten.addAll(sockets);
    }

    /** From now on requests arrive, but answers do not. */
    public void loseAnswers() {
        losesAnswers = true;
    }

    /** Delays each piece of an answer by that time. */
    public void delay(long millis) {
        delayMillis = millis;
    }

    /** Works again from now on. Answers that it swallowed stay lost, with their connections. */
    public void mend() {
        if (losesAnswers) {
            cut();
        }
        losesAnswers = false;
        delayMillis = 0;
        swallows = false;
        cut = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                if (cut) {
                    near.close();
                    continue;
                }
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(near);
                sockets.add(far);
                if (swallows) {
                    forgotten.add(near);
                    forgotten.add(far);
                }
                daemon(() -> copy(near, far, false));
                daemon(() -> copy(far, near, true));
            } catch (IOException e) {
                // A connection that failed is none; a closed listener ends the loop.
            }
        }
    }

    private void copy(Socket from, Socket to, boolean isAnswer) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read = in.read(buffer);
            while (read >= 0) {
                if (isAnswer && delayMillis > 0) {
                    Thread.sleep(delayMillis);
                }
                boolean isLost = forgotten.contains(from) || (isAnswer && losesAnswers);
                if (!isLost) {
                    out.write(buffer, 0, read);
                }
                read = in.read(buffer);
            }
        } catch (IOException e) {
            // Cut, or closed by either side.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        cut();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
