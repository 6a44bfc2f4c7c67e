package io.taskstream.http;

import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.Publishers;
import io.taskstream.task.EventReader;
import io.taskstream.task.TaskId;
import jakarta.ws.rs.core.SecurityContext;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What all publishers of lines share.
 *
 * @param log takes the events
 * @param events reads them
 * @param executor does the reading, so that no thread of the container does
 * @param scheduler wakes those who publish too fast
 * @param door says who may publish, and how fast
 * @param limits how long a line may be, and how long it may take
 * @param publishers counts those who are at it
 * @param receiving how much of what they send there may be in the heap
 * @param everySecond looks after lines that don't end
 */
public record PublishContext(
        EventLog log,
        EventReader events,
        Executor executor,
        ScheduledExecutorService scheduler,
        FrontDoor door,
        Limits limits,
        Publishers publishers,
        ByteBudget receiving,
        EverySecond everySecond) {

    /** The leave of the caller to publish to the task in one request. */
    PublishPermit permit(TaskId task, SecurityContext caller) {
        return new PublishPermit(task, Caller.of(caller).grant(), door.sessions(), door.rates(), door.time());
    }
}
