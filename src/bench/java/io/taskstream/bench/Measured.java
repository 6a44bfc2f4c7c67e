package io.taskstream.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** The figures of one run, by name; the names say the units. */
final class Measured {

    private final Map<String, Double> figures = new LinkedHashMap<>();

    Measured put(String figure, double value) {
        figures.put(figure, value);
        return this;
    }

    Measured count(String figure, long value) {
        return put(figure, (double) value);
    }

    Map<String, Double> figures() {
        return figures;
    }
}
