package io.taskstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The descriptions are valid against the schemas of their standards. {@link OpenApiTest} compares them with the resources. */
class DescriptionSchemasTest {

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final Schema OPENAPI = SCHEMAS.getSchema(read("/schemas/openapi-3.1.json"), InputFormat.JSON);
    private static final Schema ASYNCAPI = SCHEMAS.getSchema(read("/schemas/asyncapi-3.0.0.json"), InputFormat.JSON);
    private static final Schema ANY_SCHEMA =
            SCHEMAS.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

    private final String openapi = read("/api/openapi.yaml");
    private final String asyncapi = read("/api/asyncapi.yaml");

    @Test
    void theDescriptionOfTheCallsIsOpenApi() {
        assertThat(openApiErrors(openapi)).isEmpty();
    }

    @Test
    void theDescriptionOfTheStreamIsAsyncApi() {
        assertThat(asyncApiErrors(asyncapi)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "operationId: createTask, operationID: createTask",
        "in: path, in: paths",
        "required: true, required: maybe",
        "scheme: bearer, schema: bearer",
        "type: integer, type: whole",
        "minimum: 1, minimum: one",
    })
    void aMistakeInTheDescriptionOfTheCallsIsFound(String right, String wrong) {
        assertThat(openapi).contains(right);
        assertThat(openApiErrors(openapi.replace(right, wrong))).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "action: send, action: sends",
        "address: /tasks, adress: /tasks",
        "defaultContentType: application/json, defaultContentType: 1",
        "type: string, type: text",
    })
    void aMistakeInTheDescriptionOfTheStreamIsFound(String right, String wrong) {
        assertThat(asyncapi).contains(right);
        assertThat(asyncApiErrors(asyncapi.replace(right, wrong))).isNotEmpty();
    }

    private static List<Error> openApiErrors(String yaml) {
        JsonNode document = new YAMLMapper().readTree(yaml);
        Stream<JsonNode> schemas = Stream.concat(
                document.findValues("schema").stream(), document.at("/components/schemas").values().stream());
        return Stream.concat(
                        OPENAPI.validate(document).stream(),
                        schemas.flatMap(schema -> ANY_SCHEMA.validate(schema).stream()))
                .toList();
    }

    private static List<Error> asyncApiErrors(String yaml) {
        return ASYNCAPI.validate(yaml, InputFormat.YAML);
    }

    private static String read(String resource) {
        try (InputStream in = DescriptionSchemasTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
