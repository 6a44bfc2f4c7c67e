package io.taskstream.it.neighbour;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The application in {@code src/it/sample}, of classes that this build has compiled. */
final class SampleApplication {

    private static final String MAIN = "src/it/sample/src/main/";

    private SampleApplication() {}

    /** Makes the WAR in that directory, with settings that MicroProfile Config reads. */
    static Path war(Path directory, Map<String, String> settings) {
        String properties = settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining("\n"));
        Path war = directory.resolve("sample.war");
        ShrinkWrap.create(WebArchive.class, "sample.war")
                .addPackage("sample")
                .addAsResource(new StringAsset(properties), "META-INF/microprofile-config.properties")
                .addAsResource(new File(MAIN + "resources/META-INF/batch-jobs/import.xml"), "META-INF/batch-jobs/import.xml")
                .addAsWebInfResource(new File(MAIN + "webapp/WEB-INF/beans.xml"))
                .addAsWebResource(new File(MAIN + "webapp/index.html"))
                .addAsLibrary(new File(System.getProperty("it.war").replace(".war", "-client.jar")))
                .as(ZipExporter.class)
                .exportTo(war.toFile(), true);
        return war;
    }
}
