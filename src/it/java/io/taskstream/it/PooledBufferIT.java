package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.RawConnection;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Plain Undertow, without Taskstream: a write off the I/O thread to a viewer that has left, and requests of others at the
 * same moment (src/docs/reports/undertow-pooled-buffer.md). A listener of the viewer's exchange takes its time, so that what
 * happens once in many thousand writes happens every time.
 */
@MainlyOn("wildfly")
class PooledBufferIT {

    /** More than the free buffers of Undertow, so that one request gets the viewer's buffer. */
    private static final int POSTS = 16;

    private static final String BODY = "{\"type\":\"message_delta\"}";

    private final CompletableFuture<ServletOutputStream> stream = new CompletableFuture<>();
    private final CountDownLatch givenBack = new CountDownLatch(1);
    private final CountDownLatch posted = new CountDownLatch(POSTS);
    private final CountDownLatch failed = new CountDownLatch(1);
    private final AtomicInteger whole = new AtomicInteger();
    private final AtomicInteger harmed = new AtomicInteger();

    @Test
    void aResponseWhoseBufferSizeIsSetHarmsNobody() throws Exception {
        breakOffAndPost(1);
        assertThat(harmed).hasValue(0);
        assertThat(whole).hasValue(POSTS);
    }

    /** When this fails, Undertow is fixed, and the workaround can go. */
    @Test
    void aPooledBufferCostsAnotherRequestItsBody() throws Exception {
        breakOffAndPost(0);
        assertThat(harmed).hasValue(1);
        assertThat(whole).hasValue(POSTS - 1);
    }

    private void breakOffAndPost(int bufferSize) throws Exception {
        Undertow server = start(bufferSize);
        List<RawConnection> connections = new ArrayList<>();
        try {
            int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
            URI url = URI.create("http://127.0.0.1:" + port);
            var viewer = new RawConnection(url, 0);
            viewer.send("GET /stream HTTP/1.1\r\nHost: test\r\n\r\n");
            viewer.readHead();
            for (int i = 0; i < POSTS; i++) {
                connections.add(new RawConnection(url, 0));
            }
            ServletOutputStream out = stream.get(10, TimeUnit.SECONDS);
            viewer.reset();
            CompletableFuture<Void> writes = CompletableFuture.runAsync(() -> writeUntilItFails(out));
            await(givenBack);
            for (RawConnection connection : connections) {
                connection.send(
                        "POST /post HTTP/1.1\r\nHost: test\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY);
            }
            writes.get(30, TimeUnit.SECONDS);
            Await.until("all posts are looked at", Duration.ofSeconds(20), () -> whole.get() + harmed.get() == POSTS);
        } finally {
            connections.forEach(RawConnection::close);
            server.stop();
        }
    }

    /** As a heartbeat is written: by a thread other than the connection's. */
    private void writeUntilItFails(ServletOutputStream out) {
        try {
            while (out.isReady()) {
                out.write(": heartbeat\n\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        } catch (IOException e) {
            failed.countDown();
        }
    }

    private Undertow start(int bufferSize) throws ServletException {
        DeploymentInfo deployment = Servlets.deployment()
                .setClassLoader(PooledBufferIT.class.getClassLoader())
                .setDeploymentName("pooled-buffer")
                .setContextPath("/")
                .addServlet(Servlets.servlet(
                                "stream", HttpServlet.class, new ImmediateInstanceFactory<>(new Stream(bufferSize)))
                        .setAsyncSupported(true)
                        .addMapping("/stream"))
                .addServlet(Servlets.servlet("post", HttpServlet.class, new ImmediateInstanceFactory<>(new Post()))
                        .addMapping("/post"));
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(deployment);
        manager.deploy();
        HttpHandler application = manager.start();
        Undertow server = Undertow.builder()
                .setIoThreads(1)
                .setWorkerThreads(2 * POSTS)
                .addHttpListener(0, "127.0.0.1")
                .setHandler(exchange -> {
                    if (exchange.getRequestPath().equals("/stream")) {
                        // Runs on the thread whose write has failed, within that write.
                        exchange.addExchangeCompleteListener((ended, next) -> {
                            ended.getIoThread().execute(givenBack::countDown);
                            await(posted);
                            next.proceed();
                        });
                    }
                    application.handleRequest(exchange);
                })
                .build();
        server.start();
        return server;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("It took too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A stream that other threads write to. */
    private final class Stream extends HttpServlet {

        private static final long serialVersionUID = 1;

        private final transient int bufferSize;

        Stream(int bufferSize) {
            this.bufferSize = bufferSize;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            request.startAsync().setTimeout(0);
            if (bufferSize > 0) {
                response.setBufferSize(bufferSize);
            }
            ServletOutputStream out = response.getOutputStream();
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    out.write("retry: 1\n\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    stream.complete(out);
                }

                @Override
                public void onError(Throwable error) {
                    // The thread that writes finds out for itself.
                }
            });
        }
    }

    /** Looks at its body only when the write to the viewer has failed. */
    private final class Post extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            posted.countDown();
            await(failed);
            if (request.getInputStream().available() < BODY.length()) {
                // To read on would wait for bytes that have come and gone.
                harmed.incrementAndGet();
                return;
            }
            String body = new String(request.getInputStream().readNBytes(BODY.length()), StandardCharsets.UTF_8);
            (body.equals(BODY) ? whole : harmed).incrementAndGet();
        }
    }
}
