package io.taskstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.taskstream.client.Names;
import io.taskstream.client.StreamItem;
import jakarta.json.bind.annotation.JsonbSubtype;
import jakarta.json.bind.annotation.JsonbTypeInfo;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The OpenAPI and AsyncAPI descriptions match the resources. */
class OpenApiTest {

    private static final Set<String> METHODS = Set.of("get", "head", "post", "put", "patch", "delete");

    private final Map<String, Object> openapi = load("/api/openapi.yaml");
    private final Map<String, Object> asyncapi = load("/api/asyncapi.yaml");

    @Test
    void everyCallOfTheResourcesIsDescribedAndNoOther() {
        assertThat(described()).isEqualTo(implemented());
    }

    private Set<String> described() {
        Set<String> calls = new TreeSet<>();
        paths().forEach((path, item) -> map(item).keySet().stream()
                .filter(METHODS::contains)
                .forEach(method -> calls.add(method + " " + path)));
        return calls;
    }

    private static Set<String> implemented() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.taskstream").stream()
                        .filter(type -> type.isAnnotatedWith(Path.class))
                        .map(JavaClass::reflect)
                        .flatMap(
                                type -> Arrays.stream(type.getDeclaredMethods()).flatMap(OpenApiTest::calls))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> calls(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(Annotation::annotationType)
                .filter(type -> type.isAnnotationPresent(HttpMethod.class))
                .map(type -> type.getSimpleName().toLowerCase(Locale.ROOT) + " " + path(method));
    }

    private static String path(Method method) {
        Path own = method.getAnnotation(Path.class);
        String path =
                method.getDeclaringClass().getAnnotation(Path.class).value() + "/" + (own == null ? "" : own.value());
        String plain = ("/" + path).replaceAll("\\{(\\w+):.*}", "{$1}").replaceAll("/+", "/");
        return plain.length() > 1 && plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    }

    @ParameterizedTest
    @CsvSource({
        "post, /tasks, 201 408",
        "put, /tasks/{id}, 200 201 408",
        "get, /tasks, 200",
        "get, /tasks/{id}, 200 404",
        "delete, /tasks/{id}, 204 404",
        "post, /tasks/{id}/cancel, 202 404 409",
        "post, /tasks/{id}/events, 200 404 409 412 413 415 422",
        "get, /tasks/{id}/events, 200 404",
        "put, /tasks/{id}/uploads/{name}, 200 201 400 404 409 410 415",
        "head, /tasks/{id}/uploads/{name}, 204 404 410",
        "patch, /tasks/{id}/uploads/{name}, 204 400 404 409 410 415",
        "post, /tasks/{id}/uploads/{name}, 204 400 404 409 410 415",
        "get, /tasks/{id}/stream, 200 204 401 403 404 429 503",
        "get, /stream, 200 204 400 401 403 404 429 503",
        "head, /stream, 200 400 404",
        "get, /tasks/{id}/log, 200 206 400 401 403 404 416 429 503",
        "get, /tasks/{id}/search, 200 400 401 403 404 429 503",
        "get, /tasks/{id}/lines, 200 400 401 403 404 429 503",
        "post, /tasks/{id}/tickets, 200 401 403 429",
        "post, /session, 200 400 401 413",
        "delete, /session, 204 401",
        "delete, /sessions/{jti}, 204 401 403 507",
        "get, /metrics, 200 401 403",
        "post, /admin/drain, 202 401 403",
        "get, /admin/drain, 200 401 403",
    })
    void everyStatusThatIsPromisedIsDescribed(String method, String path, String statuses) {
        Map<String, Object> responses =
                map(map(map(paths().get(path)).get(method)).get("responses"));
        assertThat(responses.keySet()).contains(statuses.split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"patch", "post"})
    void aConflictOfAnUploadTellsTheOffset(String method) {
        Map<String, Object> call =
                map(map(paths().get("/tasks/{id}/uploads/{name}")).get(method));
        Map<String, Object> conflict = map(map(call.get("responses")).get("409"));
        Map<String, Object> response = map(resolve((String) conflict.get("$ref"), openapi));
        assertThat(map(response.get("headers")).keySet()).contains(Names.UPLOAD_OFFSET);
    }

    @Test
    void everyTypeOfAProblemIsDescribed() {
        Map<String, Object> problem =
                map(map(map(openapi.get("components")).get("schemas")).get("Problem"));
        assertThat(map(map(problem.get("properties")).get("type")).get("enum"))
                .isEqualTo(List.of("about:blank", Names.MISMATCHING_OFFSET, Names.COMPLETED_UPLOAD));
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        assertThat(brokenReferences(openapi, openapi)).isEmpty();
        assertThat(brokenReferences(asyncapi, asyncapi)).isEmpty();
    }

    private static List<String> brokenReferences(Object node, Map<String, Object> document) {
        if (node instanceof Map<?, ?> object) {
            Stream<String> own = object.get("$ref") instanceof String reference && resolve(reference, document) == null
                    ? Stream.of(reference)
                    : Stream.empty();
            return Stream.concat(
                            own, object.values().stream().flatMap(value -> brokenReferences(value, document).stream()))
                    .toList();
        }
        return node instanceof List<?> list
                ? list.stream()
                        .flatMap(value -> brokenReferences(value, document).stream())
                        .toList()
                : List.of();
    }

    private static Object resolve(String reference, Map<String, Object> document) {
        Object found = document;
        for (String name : reference.replaceFirst("^#/", "").split("/", -1)) {
            found = found instanceof Map<?, ?> object ? object.get(name) : null;
        }
        return found;
    }

    @Test
    void everyKnownItemIsDescribedWithItsMembers() {
        Map<String, Object> schemas = map(map(asyncapi.get("components")).get("schemas"));
        for (JsonbSubtype subtype :
                StreamItem.class.getAnnotation(JsonbTypeInfo.class).value()) {
            Set<String> members = Arrays.stream(subtype.type().getRecordComponents())
                    .map(component -> component.getName())
                    .collect(Collectors.toCollection(TreeSet::new));
            members.add("type");
            assertThat(map(map(schemas.get(subtype.alias())).get("properties")).keySet())
                    .as(subtype.alias())
                    .containsExactlyInAnyOrderElementsOf(members);
        }
    }

    private Map<String, Object> paths() {
        return map(openapi.get("paths"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        assertThat(node).isInstanceOf(Map.class);
        return (Map<String, Object>) node;
    }

    private static Map<String, Object> load(String file) {
        try (InputStream in = OpenApiTest.class.getResourceAsStream(file)) {
            return new Yaml().load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
