package io.taskstream.http;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audit;
import io.taskstream.access.Hosts;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.access.Sessions;
import io.taskstream.access.StreamPasses;
import io.taskstream.access.Tickets;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.OpenTasks;
import io.taskstream.access.limit.ViewerQuotas;
import java.time.InstantSource;

/**
 * What decides who comes in, and what they may take.
 *
 * @param access knows whom a token, ticket or pass is of
 * @param hosts under which the server may be called if it asks for no tokens
 * @param headLimits how large a request's head may be
 */
public record FrontDoor(
        AccessControl access,
        Tickets tickets,
        StreamPasses passes,
        Sessions sessions,
        Origins origins,
        Hosts hosts,
        Proxies proxies,
        HeadLimits headLimits,
        ViewerQuotas viewers,
        EventRates rates,
        OpenTasks openTasks,
        Audit audit,
        InstantSource time) {}
