package io.taskstream.it.neighbour;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import odd.Odd;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The applications beside Taskstream, of classes that this build has compiled. */
final class Applications {

    private static final String MAIN = "src/it/sample/src/main/";

    private Applications() {}

    /** Makes the WAR of {@code src/it/sample} in that directory, with settings that MicroProfile Config reads. */
    static Path sample(Path directory, Map<String, String> settings) {
        String properties = settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining("\n"));
        Path war = directory.resolve("sample.war");
        ShrinkWrap.create(WebArchive.class, "sample.war")
                .addPackage("sample")
                .addAsResource(new StringAsset(properties), "META-INF/microprofile-config.properties")
                .addAsResource(
                        new File(MAIN + "resources/META-INF/batch-jobs/import.xml"), "META-INF/batch-jobs/import.xml")
                .addAsWebInfResource(new File(MAIN + "webapp/WEB-INF/beans.xml"))
                .addAsWebResource(new File(MAIN + "webapp/index.html"))
                .addAsLibrary(new File(System.getProperty("it.war").replace(".war", "-client.jar")))
                .as(ZipExporter.class)
                .exportTo(war.toFile(), true);
        return war;
    }

    /** Makes the WAR of an application that configures wrongly what servers share. */
    static Path odd(Path directory) {
        Path war = directory.resolve("odd.war");
        WebArchive archive = ShrinkWrap.create(WebArchive.class, "odd.war").addPackage("odd");
        Odd.SERVICES.forEach((service, provider) ->
                archive.addAsResource(new StringAsset(provider), "META-INF/services/" + service));
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        return war;
    }

    /** Makes the WAR of an application that only has an executor of its own. */
    static Path control(Path directory) {
        Path war = directory.resolve("control.war");
        ShrinkWrap.create(WebArchive.class, "control.war")
                .addPackage("control")
                .as(ZipExporter.class)
                .exportTo(war.toFile(), true);
        return war;
    }
}
