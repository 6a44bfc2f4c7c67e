package io.taskstream.testing;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;

/** Suspended HTTP/2 requests whose body has arrived. */
public final class FakeRequest {

    private FakeRequest() {}

    /** A request with that body, which is its whole body. */
    public static HttpServletRequest with(String body) {
        var in = new FakeInput();
        in.arriveUnnoticed(body);
        return with(in, body.getBytes(StandardCharsets.UTF_8).length);
    }

    /** A request with that body of that announced length. */
    public static HttpServletRequest with(ServletInputStream in, long length) {
        AsyncContext exchange = new FakeExchange(new FakeOutput());
        return (HttpServletRequest) Proxy.newProxyInstance(
                FakeRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAsyncContext" -> exchange;
                    case "getInputStream" -> in;
                    case "getContentLengthLong" -> length;
                    case "getProtocol" -> "HTTP/2";
                    case "getHeader" -> null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
