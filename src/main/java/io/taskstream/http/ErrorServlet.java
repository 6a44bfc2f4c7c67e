package io.taskstream.http;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Answers with a {@link Problem} where the container found an error before JAX-RS had the request (see {@code web.xml}), and
 * where {@code server-config} refuses a request.
 */
@WebServlet(
        urlPatterns = {"/error", ErrorServlet.COOKIE},
        asyncSupported = true)
public class ErrorServlet extends HttpServlet {

    /** The path to which {@code server-config} sends a request whose {@code Cookie} the server cannot parse. */
    static final String COOKIE = "/error/cookie";

    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
        problem(request).send(response);
    }

    private static Problem problem(HttpServletRequest request) {
        if (request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status) {
            return Problem.of(status, "The server cannot answer this request");
        }
        return request.getServletPath().equals(COOKIE)
                ? Problem.of(
                        HttpServletResponse.SC_BAD_REQUEST,
                        "The header Cookie must have at most 200 cookies of printable ASCII characters, see RFC 6265")
                : Problem.of(HttpServletResponse.SC_NOT_FOUND, "There is nothing at this path");
    }
}
