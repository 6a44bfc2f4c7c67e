package io.taskstream.it.server;

import java.nio.file.Path;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.shrinkwrap.api.Archive;

/**
 * Arquillian's adapter to the {@link ServerUnderTest}, of whatever kind it is. The first test class deploys the archive,
 * and all others use it: a deployment for each would take longer than many a class.
 */
public final class ServerContainer implements DeployableContainer<ServerContainer.Configuration> {

    private boolean deployed;

    @Override
    public Class<Configuration> getConfigurationClass() {
        return Configuration.class;
    }

    @Override
    public void start() {
        ServerUnderTest.get();
    }

    /** No test runs inside the server. */
    @Override
    public ProtocolDescription getDefaultProtocol() {
        return new ProtocolDescription("Local");
    }

    @Override
    public synchronized ProtocolMetaData deploy(Archive<?> archive) {
        if (!deployed) {
            // The archive is made of it, and other processes deploy it at the same time.
            ServerUnderTest.get().deploy(Path.of(System.getProperty("it.war")));
            deployed = true;
        }
        return new ProtocolMetaData();
    }

    /** The server ends with this process. */
    @Override
    public void undeploy(Archive<?> archive) {}

    /** There is nothing to configure: system properties say which server it is. */
    public static final class Configuration implements ContainerConfiguration {

        @Override
        public void validate() {}
    }

    /** How Arquillian finds the adapter. */
    public static final class Extension implements LoadableExtension {

        @Override
        public void register(ExtensionBuilder builder) {
            builder.service(DeployableContainer.class, ServerContainer.class);
        }
    }
}
