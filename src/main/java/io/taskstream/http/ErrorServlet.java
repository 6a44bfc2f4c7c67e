package io.taskstream.http;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Makes a {@link Problem} of an error that the container found before JAX-RS saw the request (see {@code web.xml}). */
@WebServlet("/error")
public class ErrorServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        Problem problem = status instanceof Integer code
                ? Problem.of(code, "The server can't answer this request")
                : Problem.of(HttpServletResponse.SC_NOT_FOUND, "There is nothing at this path");
        problem.send(response);
    }
}
