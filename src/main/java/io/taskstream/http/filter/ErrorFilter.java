package io.taskstream.http.filter;

import io.taskstream.http.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Answers with a {@link Problem} where the container found an error before JAX-RS had the request. {@code web.xml} makes it the
 * error page. It is no servlet, because anybody could call that without a token: a request for the path of the error page is
 * one for an unknown path.
 */
public class ErrorFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer known ? known : 500;
        Problem.of(status, "The server cannot answer this request").send(response);
    }
}
