package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.taskstream.access.Needs;
import io.taskstream.access.Right;
import io.taskstream.access.Rights;
import io.taskstream.access.TaskPattern;
import io.taskstream.task.TaskId;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AccessRulesTest {

    private static final TaskId TASK = new TaskId("task");
    private static final List<TaskPattern> MINE = List.of(new TaskPattern("task"));

    @Test
    void everyResourceMethodStatesWhatItNeeds() {
        Map<String, Right> rules = new LinkedHashMap<>();
        for (JavaClass type : new ClassFileImporter().importPackages("io.taskstream")) {
            if (type.isAnnotatedWith(Path.class)) {
                resourceMethods(type.reflect())
                        .forEach(method -> rules.put(
                                type.getSimpleName() + '.' + method.getName(),
                                method.isAnnotationPresent(Needs.class)
                                        ? method.getAnnotation(Needs.class).value()
                                        : null));
            }
        }

        assertThat(rules).hasSizeGreaterThan(15).doesNotContainValue(null);
        assertThat(rules.entrySet())
                .filteredOn(rule -> rule.getValue() == Right.NONE)
                .as("what anybody may")
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "PageResource.index",
                        "PageResource.asset",
                        "ApiResource.openapi",
                        "ApiResource.asyncapi",
                        "DoctorResource.check",
                        "DoctorResource.head",
                        "HealthResource.all",
                        "HealthResource.live",
                        "HealthResource.ready",
                        "HealthResource.started");
    }

    private static Stream<Method> resourceMethods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Arrays.stream(method.getAnnotations())
                        .anyMatch(annotation -> annotation.annotationType().isAnnotationPresent(HttpMethod.class)));
    }

    @Test
    void eachRightIsInTheRightsThatAreEnoughAndInNoOther() {
        var publisher = new Rights(MINE, List.of(), false);
        var viewer = new Rights(List.of(), MINE, false);
        var admin = new Rights(List.of(), List.of(), true);

        assertThat(Right.PUBLISH.isIn(publisher, TASK)).isTrue();
        assertThat(Stream.of(viewer, admin, Rights.NONE)).noneMatch(rights -> Right.PUBLISH.isIn(rights, TASK));
        assertThat(Right.WATCH.isIn(viewer, TASK)).isTrue();
        assertThat(Stream.of(publisher, admin, Rights.NONE)).noneMatch(rights -> Right.WATCH.isIn(rights, TASK));
        assertThat(Stream.of(publisher, viewer)).allMatch(rights -> Right.LOOK.isIn(rights, TASK));
        assertThat(Stream.of(admin, Rights.NONE)).noneMatch(rights -> Right.LOOK.isIn(rights, TASK));
        assertThat(Stream.of(publisher, admin)).allMatch(rights -> Right.MANAGE.isIn(rights, TASK));
        assertThat(Stream.of(viewer, Rights.NONE)).noneMatch(rights -> Right.MANAGE.isIn(rights, TASK));
        assertThat(Right.ADMIN.isIn(admin, null)).isTrue();
        assertThat(Stream.of(publisher, viewer, Rights.NONE)).noneMatch(rights -> Right.ADMIN.isIn(rights, null));
    }

    @Test
    void aPathThatNamesNoTaskGivesNoRightToOne() {
        assertThat(Stream.of(Right.PUBLISH, Right.WATCH, Right.LOOK, Right.MANAGE))
                .noneMatch(right -> right.isIn(Rights.ALL, null));
    }
}
