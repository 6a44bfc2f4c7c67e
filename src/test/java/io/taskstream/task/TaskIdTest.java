package io.taskstream.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "build.42_x~y-Z", "...", ".a", "a.", "..a", "-"})
    void takesCharactersThatAPathSegmentTakesUnescaped(String id) {
        assertThat(new TaskId(id)).hasToString(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", " ", "a b", "a/b", "a\n", "a\0", "ä", "%20", "a:b", "a\r\n", "\ud83d\ude00"})
    void refusesAllElseAndNamesTheMember(String id) {
        assertThatExceptionOfType(InvalidTaskException.class)
                .isThrownBy(() -> new TaskId(id))
                .returns("id", InvalidTaskException::member);
    }

    @Test
    void has128CharactersAtMost() {
        assertThat(new TaskId("x".repeat(128)).value()).hasSize(128);
        assertThatExceptionOfType(InvalidTaskException.class).isThrownBy(() -> new TaskId("x".repeat(129)));
    }

    @Test
    void aGeneratedIdIsAUuidOfVersion7WithTheTimeInIt() {
        var random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            long millis = Math.floorMod(random.nextLong(), 1L << 48);
            UUID uuid = UUID.fromString(at(millis, random).value());
            assertThat(uuid.version()).isEqualTo(7);
            assertThat(uuid.variant()).isEqualTo(2);
            assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(millis);
        }
    }

    @Test
    void idsMadeLaterSortLater() {
        var random = new Random(7);
        TaskId before = at(1_764_000_000_000L, random);
        for (int i = 1; i < 1_000; i++) {
            TaskId next = at(1_764_000_000_000L + i, random);
            assertThat(next).isGreaterThan(before);
            before = next;
        }
    }

    @Test
    void idsOfOneMomentDiffer() {
        var random = new Random(7);
        assertThat(at(1, random)).isNotEqualTo(at(1, random));
    }

    private static TaskId at(long millis, Random random) {
        return TaskId.generate(InstantSource.fixed(Instant.ofEpochMilli(millis)), random);
    }
}
