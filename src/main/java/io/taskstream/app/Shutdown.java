package io.taskstream.app;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/**
 * Takes Taskstream down when it is undeployed or the server stops. That takes seconds in which viewers are still written
 * to; when CDI destroys its beans, WildFly has taken away what it needs for that.
 */
@WebListener
public class Shutdown implements ServletContextListener {

    private final Taskstream taskstream;

    @Inject
    public Shutdown(Taskstream taskstream) {
        this.taskstream = taskstream;
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        taskstream.stop();
    }
}
