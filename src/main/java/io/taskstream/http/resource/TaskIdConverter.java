package io.taskstream.http.resource;

import io.taskstream.task.TaskId;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Converts the task ids of paths; an impossible id is answered 404. Without a converter RESTEasy injects {@code null} for a
 * blank id such as {@code %0a} instead of calling the constructor of {@link TaskId}.
 */
@Provider
public final class TaskIdConverter implements ParamConverterProvider, ParamConverter<TaskId> {

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable ParamConverter<T> getConverter(
            Class<T> type, @Nullable Type genericType, Annotation @Nullable [] annotations) {
        return type == TaskId.class ? (ParamConverter<T>) this : null;
    }

    @Override
    public TaskId fromString(String value) {
        return new TaskId(value);
    }

    @Override
    public String toString(TaskId id) {
        return id.value();
    }
}
