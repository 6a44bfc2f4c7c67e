package io.taskstream.http;

import io.taskstream.access.Audit;
import io.taskstream.access.EventRates;
import io.taskstream.access.Gate;
import io.taskstream.access.OpenTasks;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.access.Sessions;
import io.taskstream.access.StreamPasses;
import io.taskstream.access.Tickets;
import io.taskstream.access.ViewerQuotas;
import java.time.InstantSource;

/**
 * What decides who comes in, and what they may take.
 *
 * @param gate knows whom a token, ticket or pass is of
 * @param headLimits how large a request's head may be
 */
public record FrontDoor(
        Gate gate,
        Tickets tickets,
        StreamPasses passes,
        Sessions sessions,
        Origins origins,
        Proxies proxies,
        HeadLimits headLimits,
        ViewerQuotas viewers,
        EventRates rates,
        OpenTasks openTasks,
        Audit audit,
        InstantSource time) {}
