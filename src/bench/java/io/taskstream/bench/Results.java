package io.taskstream.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All figures of all rounds, by workload, target and name. */
final class Results {

    private final Map<String, Map<String, Map<String, List<Double>>>> figures = new LinkedHashMap<>();

    void add(String workload, String target, Measured measured) {
        Map<String, List<Double>> known = figures.computeIfAbsent(workload, w -> new LinkedHashMap<>())
                .computeIfAbsent(target, t -> new LinkedHashMap<>());
        measured.figures()
                .forEach((figure, value) ->
                        known.computeIfAbsent(figure, f -> new ArrayList<>()).add(value));
    }

    /** A table of one workload, in Markdown: medians, and in brackets the ranges. */
    String table(String workload) {
        Map<String, Map<String, List<Double>>> targets = figures.getOrDefault(workload, Map.of());
        List<String> columns = targets.values().stream()
                .flatMap(target -> target.keySet().stream())
                .distinct()
                .toList();
        var table = new StringBuilder("| |");
        columns.forEach(column -> table.append(' ').append(column).append(" |"));
        table.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
        targets.forEach((target, known) -> {
            table.append("| ").append(target).append(" |");
            columns.forEach(column -> table.append(' ')
                    .append(cell(known.getOrDefault(column, List.of())))
                    .append(" |"));
            table.append('\n');
        });
        return table.toString();
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "";
        }
        List<Double> sorted = values.stream().sorted().toList();
        double least = sorted.get(0);
        double most = sorted.get(sorted.size() - 1);
        String median = text(sorted.get(sorted.size() / 2));
        return text(least).equals(text(most)) ? median : median + " (" + text(least) + "–" + text(most) + ")";
    }

    private static String text(double value) {
        int digits = Math.abs(value) >= 100 || value == Math.rint(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    /** All values, as JSON. */
    String json() {
        var json = new StringBuilder("{");
        String workloadSeparator = "";
        for (var workload : figures.entrySet()) {
            json.append(workloadSeparator).append('"').append(workload.getKey()).append("\":{");
            String targetSeparator = "";
            for (var target : workload.getValue().entrySet()) {
                json.append(targetSeparator)
                        .append("\n  \"")
                        .append(target.getKey())
                        .append("\":{");
                json.append(String.join(
                        ",",
                        target.getValue().entrySet().stream()
                                .map(figure -> "\"" + figure.getKey() + "\":" + numbers(figure.getValue()))
                                .toList()));
                json.append('}');
                targetSeparator = ",";
            }
            json.append('}');
            workloadSeparator = ",\n ";
        }
        return json.append("}\n").toString();
    }

    private static String numbers(List<Double> values) {
        return values.stream()
                .map(value -> value.isNaN() ? "null" : String.format(Locale.ROOT, "%.4f", value))
                .toList()
                .toString();
    }
}
