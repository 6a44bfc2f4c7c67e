package io.taskstream.http;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audit;
import io.taskstream.access.Grant;
import io.taskstream.access.Hosts;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.access.Sessions;
import io.taskstream.access.StreamPasses;
import io.taskstream.access.Tickets;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.OpenTasks;
import io.taskstream.access.limit.ViewerQuotas;
import io.taskstream.testing.SettableTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** A front door that lets everybody in and limits nobody. */
final class OpenDoor {

    private OpenDoor() {}

    static FrontDoor at(SettableTime time) {

        var tickets = new Tickets(Duration.ofSeconds(30), time, new SecureRandom());
        var passes = new StreamPasses(new byte[32], Duration.ofDays(1), time);
        var sessions = new Sessions(Duration.ofDays(1), time, entry -> false);
        return new FrontDoor(
                new AccessControl(AccessControl.Mode.OPEN, token -> Grant.UNRESTRICTED, tickets, passes, sessions),
                tickets,
                passes,
                sessions,
                Origins.NONE,
                Hosts.NO_NAMES,
                Proxies.in(List.of(), Proxies.Header.X_FORWARDED_FOR),
                new HeadLimits(0, 0),
                new ViewerQuotas(new ViewerQuotas.Limits(0, 0, 0, 0)),
                new EventRates(0, 0, time::nanos),
                new OpenTasks(0, task -> true, time::nanos),
                new Audit(line -> {}, time::nanos),
                time);
    }
}
