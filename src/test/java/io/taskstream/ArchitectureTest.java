package io.taskstream;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.taskstream.stream.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Set;

/** The dependencies that are allowed between packages. */
@AnalyzeClasses(packages = "io.taskstream", importOptions = ArchitectureTest.OnlyMain.class)
class ArchitectureTest {

    private static final String APP = "io.taskstream.app..";

    /** A program of its own, with its own configuration, threads and clock. */
    private static final String RUNNER = "io.taskstream.run..";

    @ArchTest
    static final ArchRule PACKAGES_IMPORT_ONLY_ALONG_THE_ARROWS = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.taskstream..")
            .withOptionalLayers(true)
            .layer("client")
            .definedBy("io.taskstream.client..")
            .layer("task")
            .definedBy("io.taskstream.task..")
            .layer("metrics")
            .definedBy("io.taskstream.metrics..")
            .layer("eventlog")
            .definedBy("io.taskstream.eventlog")
            .layer("memory")
            .definedBy("io.taskstream.eventlog.memory..")
            .layer("embedded")
            .definedBy("io.taskstream.eventlog.embedded")
            .layer("embedded.store")
            .definedBy("io.taskstream.eventlog.embedded.store..")
            .layer("embedded.journal")
            .definedBy("io.taskstream.eventlog.embedded.journal..")
            .layer("redis")
            .definedBy("io.taskstream.eventlog.redis..")
            .layer("stream")
            .definedBy("io.taskstream.stream..")
            .layer("text")
            .definedBy("io.taskstream.text..")
            .layer("access")
            .definedBy("io.taskstream.access..")
            .layer("http")
            .definedBy("io.taskstream.http")
            .layer("body")
            .definedBy("io.taskstream.http.body..")
            .layer("filter")
            .definedBy("io.taskstream.http.filter..")
            .layer("resource")
            .definedBy("io.taskstream.http.resource..")
            .layer("ops")
            .definedBy("io.taskstream.ops..")
            .layer("app")
            .definedBy(APP)
            .whereLayer("client")
            .mayNotAccessAnyLayer()
            .whereLayer("task")
            .mayOnlyAccessLayers("client")
            .whereLayer("metrics")
            .mayNotAccessAnyLayer()
            .whereLayer("eventlog")
            .mayOnlyAccessLayers("task", "metrics", "client")
            .whereLayer("memory")
            .mayOnlyAccessLayers("eventlog", "task", "metrics", "client")
            .whereLayer("embedded")
            .mayOnlyAccessLayers("embedded.store", "embedded.journal", "eventlog", "task", "metrics", "client")
            .whereLayer("embedded.store")
            .mayOnlyAccessLayers("embedded.journal", "eventlog", "task", "client")
            .whereLayer("embedded.store")
            .mayOnlyBeAccessedByLayers("embedded")
            .whereLayer("embedded.journal")
            .mayOnlyAccessLayers("eventlog", "task", "metrics", "client")
            .whereLayer("embedded.journal")
            .mayOnlyBeAccessedByLayers("embedded", "embedded.store")
            .whereLayer("redis")
            .mayOnlyAccessLayers("eventlog", "task", "metrics", "client")
            .whereLayer("stream")
            .mayOnlyAccessLayers("eventlog", "task", "metrics", "client")
            .whereLayer("text")
            .mayOnlyAccessLayers("eventlog", "task", "client")
            .whereLayer("access")
            .mayOnlyAccessLayers("task", "client")
            .whereLayer("http")
            .mayOnlyAccessLayers("eventlog", "task", "access", "client")
            .whereLayer("body")
            .mayOnlyAccessLayers("http", "stream", "eventlog", "task", "access", "client")
            .whereLayer("filter")
            .mayOnlyAccessLayers("http", "task", "access", "client")
            .whereLayer("resource")
            .mayOnlyAccessLayers(
                    "http", "body", "ops", "text", "stream", "eventlog", "task", "access", "metrics", "client")
            .whereLayer("ops")
            .mayOnlyAccessLayers("stream", "eventlog", "task", "metrics", "client");

    @ArchTest
    static final ArchRule ACCESS_DOES_NOT_IMPORT_ITS_SUB_PACKAGES = noClasses()
            .that()
            .resideInAPackage("io.taskstream.access")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.taskstream.access.token", "io.taskstream.access.limit");

    @ArchTest
    static final ArchRule TOKENS_AND_LIMITS_DO_NOT_IMPORT_EACH_OTHER =
            slices().matching("io.taskstream.access.(*)").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule EVERY_CLASS_STANDS_IN_A_KNOWN_PACKAGE = classes()
            .should()
            .resideInAnyPackage(
                    "io.taskstream.client",
                    "io.taskstream.task",
                    "io.taskstream.metrics",
                    "io.taskstream.eventlog",
                    "io.taskstream.eventlog.memory",
                    "io.taskstream.eventlog.embedded",
                    "io.taskstream.eventlog.embedded.store",
                    "io.taskstream.eventlog.embedded.journal",
                    "io.taskstream.eventlog.redis",
                    "io.taskstream.stream",
                    "io.taskstream.text",
                    "io.taskstream.access",
                    "io.taskstream.access.token",
                    "io.taskstream.access.limit",
                    "io.taskstream.http",
                    "io.taskstream.http.body",
                    "io.taskstream.http.filter",
                    "io.taskstream.http.resource",
                    "io.taskstream.ops",
                    "io.taskstream.app",
                    "io.taskstream.run");

    @ArchTest
    static final ArchRule THE_RUNNER_NEEDS_ONLY_JAVA = classes()
            .that()
            .resideInAPackage(RUNNER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "javax.net.ssl", "org.jspecify..", RUNNER);

    @ArchTest
    static final ArchRule NOTHING_NEEDS_THE_RUNNER = noClasses()
            .that()
            .resideOutsideOfPackage(RUNNER)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(RUNNER);

    @ArchTest
    static final ArchRule TASKS_NEED_ONLY_JAVA_AND_JSON = classes()
            .that()
            .resideInAPackage("io.taskstream.task..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "jakarta.json..", "org.jspecify..", "io.taskstream.task..", "io.taskstream.client..");

    @ArchTest
    static final ArchRule CLIENTS_NEED_ONLY_JAKARTA_APIS = classes()
            .that()
            .resideInAPackage("io.taskstream.client..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "jakarta.json.bind..", "jakarta.ws.rs..", "org.jspecify..", "io.taskstream.client..");

    @ArchTest
    static final ArchRule ONLY_APP_READS_CONFIGURATION = noClasses()
            .that()
            .resideOutsideOfPackages(APP, RUNNER)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.microprofile.config..")
            .orShould()
            .callMethodWhere(target(owner(type(System.class))).and(target(nameMatching("getenv|getProperty"))));

    @ArchTest
    static final ArchRule TIME_ENTERS_THROUGH_TICKER_AND_INSTANT_SOURCE = noClasses()
            .that()
            .resideOutsideOfPackages(APP, RUNNER)
            .and()
            .areNotAssignableTo(Ticker.class)
            .should()
            .accessTargetWhere(readsTheClock());

    @ArchTest
    static final ArchRule ONLY_APP_LOOKS_UP_EXECUTORS = noClasses()
            .that()
            .resideOutsideOfPackages(APP, RUNNER)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.enterprise.concurrent..")
            .orShould()
            .callConstructor(Thread.class, Runnable.class);

    /**
     * WildFly's scheduler, when it is late, runs a task of a fixed rate again before it has taken the application's class
     * loader from the thread, and keeps that loader for good.
     */
    @ArchTest
    static final ArchRule PERIODIC_TASKS_PAUSE =
            noClasses().should().callMethodWhere(target(nameMatching("scheduleAtFixedRate")));

    private static DescribedPredicate<JavaAccess<?>> readsTheClock() {
        Set<String> dates = Set.of(
                Instant.class.getName(),
                LocalDateTime.class.getName(),
                OffsetDateTime.class.getName(),
                ZonedDateTime.class.getName());
        return DescribedPredicate.describe("reads the clock", access -> {
            String owner = access.getTargetOwner().getName();
            String name = access.getTarget().getName();
            return (owner.equals(System.class.getName()) && name.matches("nanoTime|currentTimeMillis"))
                    || (dates.contains(owner) && name.equals("now"))
                    || (owner.equals(Clock.class.getName()) && name.startsWith("system"))
                    || (owner.equals(InstantSource.class.getName()) && name.equals("system"))
                    || (owner.equals(Date.class.getName()) && name.equals("<init>"));
        });
    }

    private static DescribedPredicate<JavaClass> type(Class<?> type) {
        return JavaClass.Predicates.type(type);
    }

    /** ArchUnit's own way to leave tests out does not know where the profile {@code it} has them compiled to. */
    static final class OnlyMain implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return location.contains("/target/classes/");
        }
    }
}
