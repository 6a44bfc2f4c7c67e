package sample;

import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskOutput;
import io.taskstream.client.TaskStatus;
import jakarta.annotation.Resource;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Properties;
import java.util.UUID;

/** Starts and cancels work. Each piece of work is a task in Taskstream. */
@Path("")
@RequestScoped
public class WorkResource {

    @Inject
    Connection taskstream;

    @Resource(lookup = Pools.WORK)
    ManagedExecutorService work;

    /** Starts the batch job. Returns its task. */
    @POST
    @Path("import")
    public String startImport(@QueryParam("rows") @DefaultValue("200") int rows) {
        var parameters = new Properties();
        parameters.setProperty("task", "import-" + UUID.randomUUID());
        parameters.setProperty("rows", Integer.toString(rows));
        taskstream.create(parameters.getProperty("task"), "Import");
        BatchRuntime.getJobOperator().start("import", parameters);
        return parameters.getProperty("task");
    }

    /** Starts a report on a thread of the managed executor. Returns its task. */
    @POST
    @Path("report")
    public String startReport(@QueryParam("lines") @DefaultValue("100") int lines) {
        String task = "report-" + UUID.randomUUID();
        taskstream.create(task, "Report");
        work.execute(() -> report(task, lines));
        return task;
    }

    // begin: lines
    private void report(String task, int lines) {
        try (TaskOutput output = taskstream.text(task);
                var print = new PrintStream(output)) {
            for (int line = 1; line <= lines; line++) {
                print.println("line " + line); // or output.accept("line " + line)
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        taskstream.publish(task, new StreamItem.Done(TaskStatus.COMPLETED, null), "end");
    }
    // end: lines

    @POST
    @Path("{task}/cancel")
    public void cancel(@PathParam("task") String task) {
        taskstream.cancel(task);
    }
}
