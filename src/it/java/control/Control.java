package control;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorDefinition;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/** Runs each request in an executor that it defines, and nothing else: what a server keeps of it is the server's doing. */
@ManagedExecutorDefinition(name = Control.POOL)
@WebServlet("/")
public class Control extends HttpServlet {

    static final String POOL = "java:app/concurrent/control-pool";

    private static final long serialVersionUID = 1;

    @Resource(lookup = POOL)
    private transient ManagedExecutorService pool;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        try {
            response.getWriter().print(pool.submit(() -> "done").get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServletException(e);
        } catch (ExecutionException e) {
            throw new ServletException(e);
        }
    }
}
