package io.taskstream.http;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audit;
import io.taskstream.access.EventRates;
import io.taskstream.access.Grant;
import io.taskstream.access.Hosts;
import io.taskstream.access.OpenTasks;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.access.Revocations;
import io.taskstream.access.Sessions;
import io.taskstream.access.StreamPasses;
import io.taskstream.access.Tickets;
import io.taskstream.access.ViewerLimits;
import io.taskstream.access.ViewerQuotas;
import io.taskstream.testing.SettableTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** A front door that lets everybody in and limits nobody. */
final class OpenDoor {

    private OpenDoor() {}

    static FrontDoor at(SettableTime time) {
        var revocations = new Revocations(Duration.ofDays(1), time, entry -> false);
        var tickets = new Tickets(Duration.ofSeconds(30), time, new SecureRandom());
        var passes = new StreamPasses(new byte[32], Duration.ofDays(1), time);
        var sessions = new Sessions(revocations);
        return new FrontDoor(
                new AccessControl(AccessControl.Mode.OPEN, token -> Grant.ANYBODY, tickets, passes, sessions),
                tickets,
                passes,
                sessions,
                Origins.NONE,
                Hosts.NO_NAMES,
                Proxies.in(List.of(), Proxies.Header.X_FORWARDED_FOR),
                new HeadLimits(0, 0),
                new ViewerQuotas(new ViewerLimits(0, 0, 0, 0)),
                new EventRates(0, 0, time::nanos),
                new OpenTasks(0, task -> true, time::nanos),
                new Audit(line -> {}, time::nanos),
                time);
    }
}
