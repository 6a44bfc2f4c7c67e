package sample;

import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskOutput;
import io.taskstream.client.TaskStatus;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ScheduledExecutorService;

/** The progress of some work, which viewers see and can cancel. */
final class Progress {

    private final Jsonb jsonb = JsonbBuilder.create();
    private final TaskOutput output;
    private final Watch watch;

    Progress(Connection taskstream, String task, ScheduledExecutorService timers, Runnable cancel) {
        output = TaskOutput.events(taskstream.task(task), "progress", timers);
        watch = new Watch(taskstream.task(task), timers, item -> {
            if (item instanceof StreamItem.CancelRequested) {
                cancel.run();
            }
        });
    }

    // begin: items
    void publish(StreamItem item) {
        output.accept(jsonb.toJson(item));
    }

    /** Returns when all is published. */
    void end(TaskStatus status) {
        publish(new StreamItem.Done(status, null));
        watch.close();
        try {
            output.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
    // end: items
}
