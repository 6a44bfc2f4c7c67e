package sample;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

// begin: redirect
/** Leads a browser to a task's stream. A servlet, because JAX-RS would put the host and scheme that it sees into the answer. */
@WebServlet("/streams/*")
public class StreamServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    @Inject
    private transient Connection taskstream;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        String task = request.getPathInfo().substring(1);
        response.setStatus(HttpServletResponse.SC_TEMPORARY_REDIRECT);
        response.setHeader("Location", taskstream.stream(task).toString());
    }
}
// end: redirect
