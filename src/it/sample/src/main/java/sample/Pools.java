package sample;

import jakarta.enterprise.concurrent.ManagedExecutorDefinition;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorDefinition;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The application, and its own threads: one that waits for a network must not take those that all applications share. */
// begin: pools
@ManagedExecutorDefinition(name = Pools.WORK, maxAsync = 16)
@ManagedScheduledExecutorDefinition(name = Pools.TIMERS, maxAsync = 16)
// end: pools
@ApplicationScoped
@ApplicationPath("work")
public class Pools extends Application {

    static final String WORK = "java:app/concurrent/sample-work";
    static final String TIMERS = "java:app/concurrent/sample-timers";
}
