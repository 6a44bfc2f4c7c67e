package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Every command in the README and the pages of {@code src/docs} is run by some test. {@code ReadmeWalkIT} runs those that
 * call a server; the others are listed here, each with where it is run.
 */
class DocsCommandsTest {

    // Those that ReadmeBuildIT runs.
    static final String RUN = "mvn -Prun verify";
    static final String INSTALL = "mvn install -DskipTests";
    static final String COPY_SAMPLE = "cp -r src/it/sample target/sample";
    static final String BUILD_SAMPLE = "mvn -f target/sample package";
    static final String DEPLOY_SAMPLE =
            "cp target/sample/target/sample.war target/run/wildfly-*/standalone/deployments/";
    static final String STOP = "kill $(cat target/run/taskstream.pid)";
    static final String FORMAT = "mvn spotless:apply";
    static final String FUZZ = "mvn test -Pfuzz";
    static final String BENCH = "mvn -Pbench,servers verify";

    private static final String IN_COPY = "ReadmeBuildIT";

    private static final String AT_ROOT = ".ci/test, which runs the contract there";
    private static final String AS_COPY = "ContextRootIT";

    private static final Map<String, String> RUN_ELSEWHERE = Map.ofEntries(
            Map.entry(RUN, IN_COPY),
            Map.entry(STOP, IN_COPY),
            Map.entry(FORMAT, IN_COPY),
            Map.entry(FUZZ, IN_COPY),
            Map.entry(BENCH, IN_COPY),
            Map.entry("docker build -t taskstream -f Containerfile .", "build-and-smoke.sh, with buildah"),
            Map.entry("docker run -p 127.0.0.1:8080:8080 -e TASKSTREAM_ACCESS=open taskstream", "build-and-smoke.sh"),
            Map.entry(
                    "docker run --read-only --tmpfs /tmp -v taskstream:/opt/taskstream/standalone/data -p 127.0.0.1:8080:8080"
                            + " -e TASKSTREAM_ACCESS=open taskstream",
                    "build-and-smoke.sh"),
            Map.entry("src/it/container/build-and-smoke.sh", ".ci/test"),
            Map.entry("bin/jboss-cli.sh --file=server-config/wildfly/configure.cli", "every WildFly of these tests"),
            Map.entry(
                    "bin/asadmin multimode --file server-config/payara/configure.asadmin",
                    "every Payara of these tests"),
            Map.entry("bin/asadmin restart-domain", "every Payara of these tests is started after that"),
            Map.entry(
                    "jq -r '.components[] | \"\\(.group):\\(.name) \\(.version)\"' target/bom.json",
                    "by hand, with each release"),
            Map.entry("mvn help:evaluate -q -DforceStdout -Dexpression=version.wildfly", "by hand, with each release"),
            Map.entry("bin/standalone.sh -Dtaskstream.context-root=/some/where", AT_ROOT),
            Map.entry("bin/asadmin deploy --contextroot /some/where taskstream.war", AT_ROOT),
            Map.entry("bin/jboss-cli.sh --connect", AS_COPY),
            Map.entry("bin/asadmin set-config-ordinal --ordinal=500 --source=application", AS_COPY),
            Map.entry("bin/asadmin deploy --enabled=false --name=second --contextroot=/second taskstream.war", AS_COPY),
            Map.entry(
                    "bin/asadmin set-config-property --source=application --sourceName=second"
                            + " --propertyName=taskstream.log.directory --propertyValue=/var/lib/taskstream-second",
                    AS_COPY),
            Map.entry("bin/asadmin enable second", AS_COPY),
            Map.entry(INSTALL, IN_COPY),
            Map.entry(COPY_SAMPLE, IN_COPY),
            Map.entry(BUILD_SAMPLE, IN_COPY),
            Map.entry(DEPLOY_SAMPLE, IN_COPY),
            Map.entry("node --test src/test/page/*.test.mjs", "PageModulesTest"),
            Map.entry("mvn verify", "the build that these tests are of"),
            Map.entry(".ci/test", "what runs these tests"));

    @Test
    void everyCommandIsCalledOnAServerOrKnownToBeRunElsewhere() {
        TreeSet<String> others = new TreeSet<>();
        for (DocsPage page : DocsPage.all()) {
            others.addAll(page.commandsInText());
            others.addAll(page.commandsInPlainBlocks());
            page.blocks().stream()
                    .flatMap(block -> block.steps().stream())
                    .filter(step -> !step.isCall())
                    .forEach(step -> others.add(step.command()));
        }
        assertThat(others).containsExactlyInAnyOrderElementsOf(RUN_ELSEWHERE.keySet());
    }
}
