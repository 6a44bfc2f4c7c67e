package sample;

import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskStatus;
import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.listener.AbstractItemWriteListener;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

// begin: batch
/** Shows a batch job in Taskstream: each chunk that is written, and how the job ended. A cancel there stops the job. */
@Dependent
@Named
public class ImportProgress extends AbstractItemWriteListener implements JobListener {

    @Inject
    JobContext job;

    @Inject
    @BatchProperty
    String task;

    @Inject
    Connection taskstream;

    @Resource(lookup = Pools.TIMERS)
    ManagedScheduledExecutorService timers;

    @Override
    public void beforeJob() {
        long execution = job.getExecutionId();
        job.setTransientUserData(new Progress(taskstream, task, timers, () -> stop(execution)));
    }

    @Override
    public void afterWrite(List<Object> rows) {
        progress().publish(new StreamItem.MessageDelta("imported " + rows + "\n"));
    }

    @Override
    public void afterJob() {
        TaskStatus status = switch (job.getBatchStatus()) {
            case FAILED -> TaskStatus.FAILED;
            case STOPPING, STOPPED -> TaskStatus.CANCELLED;
            default -> TaskStatus.COMPLETED;
        };
        progress().end(status);
    }

    private Progress progress() {
        return (Progress) job.getTransientUserData();
    }

    private static void stop(long execution) {
        try {
            BatchRuntime.getJobOperator().stop(execution);
        } catch (JobExecutionNotRunningException e) {
            // It has ended meanwhile.
        }
    }
}
// end: batch
