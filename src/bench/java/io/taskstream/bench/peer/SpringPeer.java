package io.taskstream.bench.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;

/** Spring's {@code SseEmitter} on an embedded Tomcat, set up as Spring Boot sets it up, but for more connections. */
public final class SpringPeer {

    private SpringPeer() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("tomcat");
        var tomcat = new Tomcat();
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(Integer.parseInt(arguments[0]));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("maxConnections", "65536");
        Context context = tomcat.addContext("", directory.toString());
        var beans = new AnnotationConfigWebApplicationContext();
        beans.register(SpringConfiguration.class, EmitterController.class);
        var servlet = Tomcat.addServlet(context, "dispatcher", new DispatcherServlet(beans));
        servlet.setLoadOnStartup(1);
        servlet.setAsyncSupported(true);
        context.addServletMappingDecoded("/", "dispatcher");
        tomcat.start();
        tomcat.getServer().await();
    }
}
