package io.taskstream.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.task.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskPatternTest {

    @ParameterizedTest
    @CsvSource({"*, anything", "build-*, build-", "build-*, build-7", "build-7, build-7", ".*, .x"})
    void matchesItsTasks(String pattern, String task) {
        assertThat(new TaskPattern(pattern).matches(new TaskId(task))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"build-*, build", "build-7, build-70", "build-7, build", "build-*, Build-7", ".*, x", "a.c, abc"})
    void matchesNoOther(String pattern, String task) {
        assertThat(new TaskPattern(pattern).matches(new TaskId(task))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "**", "*a", "a*b", "a b", "a/b", "a\n*", "\u00e4*"})
    void refusesWhatItDoesNotUnderstand(String text) {
        assertThatThrownBy(() -> new TaskPattern(text)).isInstanceOf(RefusedException.class);
    }

    @Test
    void refusesAPrefixLongerThanAnyId() {
        assertThat(new TaskPattern("a".repeat(128) + "*").text()).hasSize(129);
        assertThatThrownBy(() -> new TaskPattern("a".repeat(129))).isInstanceOf(RefusedException.class);
    }
}
