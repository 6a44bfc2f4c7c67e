package io.taskstream.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonArrayTextTest {

    private static final String[] SCALARS = {
        "1",
        "-2.5e3",
        "null",
        "true",
        "\"\"",
        "\"a\"",
        "\",\"",
        "\"]\"",
        "\"\\\"\"",
        "\"\\\\\"",
        "\"[{\"",
        "\"ä\\u005d\""
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void returnsTheExactTextsOfTheElementsOfAnyArray(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            List<String> elements = new ArrayList<>();
            StringBuilder array = new StringBuilder("[");
            int size = random.nextInt(6);
            for (int k = 0; k < size; k++) {
                String element = value(random, 3);
                elements.add(element);
                array.append(k == 0 ? "" : ",")
                        .append(space(random))
                        .append(element)
                        .append(space(random));
            }
            assertThat(JsonArrayText.elements(array.append("]").toString())).isEqualTo(elements);
        }
    }

    private static String value(Random random, int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(3);
        if (kind == 0) {
            return SCALARS[random.nextInt(SCALARS.length)];
        }
        var members = new StringBuilder();
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            members.append(i == 0 ? "" : ",")
                    .append(space(random))
                    .append(kind == 1 ? "" : "\"k,}" + i + "\":")
                    .append(value(random, depth - 1))
                    .append(space(random));
        }
        return kind == 1 ? "[" + members + "]" : "{" + members + "}";
    }

    private static String space(Random random) {
        return new String[] {"", " ", "\n", "\t "}[random.nextInt(4)];
    }
}
