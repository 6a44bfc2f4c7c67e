package io.taskstream.http.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.http.body.JsonBody;
import io.taskstream.task.InvalidTaskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskRequestTest {

    @Test
    void aTaskIsWhatItsMembersSay() {
        TaskRequest request =
                TaskRequest.of(JsonBody.object("{\"id\":\"x\",\"title\":\"T\",\"labels\":{\"a\":\"1\"},\"more\":5}"));
        assertThat(request.id()).isEqualTo("x");
        assertThat(request.title()).isEqualTo("T");
        assertThat(request.labels()).containsOnlyKeys("a");
        TaskRequest nothing = TaskRequest.of(JsonBody.object("{\"id\":null,\"title\":null}"));
        assertThat(nothing.id()).isNull();
        assertThat(nothing.title()).isNull();
        assertThat(nothing.labels()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"id\":5}", "{\"title\":{}}", "{\"labels\":[]}", "{\"labels\":{\"a\":1}}", "{\"labels\":null}"
            })
    void aMemberOfAnotherTypeIsRefused(String json) {
        assertThatExceptionOfType(InvalidTaskException.class).isThrownBy(() -> TaskRequest.of(JsonBody.object(json)));
    }
}
