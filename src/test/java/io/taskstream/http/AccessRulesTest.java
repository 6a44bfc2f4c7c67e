package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.taskstream.access.Permission;
import io.taskstream.access.Permissions;
import io.taskstream.access.RequiresPermission;
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
        Map<String, Permission> rules = new LinkedHashMap<>();
        for (JavaClass type : new ClassFileImporter().importPackages("io.taskstream")) {
            if (type.isAnnotatedWith(Path.class)) {
                resourceMethods(type.reflect())
                        .forEach(method -> rules.put(
                                type.getSimpleName() + '.' + method.getName(),
                                method.isAnnotationPresent(RequiresPermission.class)
                                        ? method.getAnnotation(RequiresPermission.class)
                                                .value()
                                        : null));
            }
        }

        assertThat(rules).hasSizeGreaterThan(15).doesNotContainValue(null);
        assertThat(rules.entrySet())
                .filteredOn(rule -> rule.getValue() == Permission.NONE)
                .as("what anybody may")
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "PageResource.index",
                        "PageResource.asset",
                        "PageResource.runner",
                        "PageResource.openapi",
                        "PageResource.asyncapi",
                        "DoctorResource.check",
                        "DoctorResource.head",
                        "OperationsResource.health",
                        "OperationsResource.live",
                        "OperationsResource.ready",
                        "OperationsResource.started");
    }

    private static Stream<Method> resourceMethods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Arrays.stream(method.getAnnotations())
                        .anyMatch(annotation -> annotation.annotationType().isAnnotationPresent(HttpMethod.class)));
    }

    @Test
    void eachRightIsInTheRightsThatAreEnoughAndInNoOther() {
        var publisher = new Permissions(MINE, List.of(), false);
        var viewer = new Permissions(List.of(), MINE, false);
        var admin = new Permissions(List.of(), List.of(), true);

        assertThat(Permission.PUBLISH.isIn(publisher, TASK)).isTrue();
        assertThat(Stream.of(viewer, admin, Permissions.NONE))
                .noneMatch(permissions -> Permission.PUBLISH.isIn(permissions, TASK));
        assertThat(Permission.WATCH.isIn(viewer, TASK)).isTrue();
        assertThat(Stream.of(publisher, admin, Permissions.NONE))
                .noneMatch(permissions -> Permission.WATCH.isIn(permissions, TASK));
        assertThat(Stream.of(publisher, viewer)).allMatch(permissions -> Permission.READ.isIn(permissions, TASK));
        assertThat(Stream.of(admin, Permissions.NONE))
                .noneMatch(permissions -> Permission.READ.isIn(permissions, TASK));
        assertThat(Stream.of(publisher, admin)).allMatch(permissions -> Permission.MANAGE.isIn(permissions, TASK));
        assertThat(Stream.of(viewer, Permissions.NONE))
                .noneMatch(permissions -> Permission.MANAGE.isIn(permissions, TASK));
        assertThat(Permission.ADMIN.isIn(admin, null)).isTrue();
        assertThat(Stream.of(publisher, viewer, Permissions.NONE))
                .noneMatch(permissions -> Permission.ADMIN.isIn(permissions, null));
    }

    @Test
    void aPathThatNamesNoTaskGivesNoRightToOne() {
        assertThat(Stream.of(Permission.PUBLISH, Permission.WATCH, Permission.READ, Permission.MANAGE))
                .noneMatch(right -> right.isIn(Permissions.ALL, null));
    }
}
