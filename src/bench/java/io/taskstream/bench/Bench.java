package io.taskstream.bench;

import io.taskstream.bench.target.Target;
import io.taskstream.bench.target.Targets;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Measures Taskstream and its peers under the same load in one run: each workload for each target, round after round, so
 * that what happens on the machine meanwhile happens to all. System properties, all optional:
 *
 * <ul>
 *   <li>{@code bench.workloads}, {@code bench.targets}: only those whose name begins so, with - for spaces, comma-separated
 *   <li>{@code bench.before}: the WAR of another build, which is measured beside this one
 *   <li>{@code bench.engines}: Taskstream alone, with each of these engines, comma-separated; {@code redis} needs
 *       redis-server
 *   <li>{@code bench.rounds}: how many count, 3
 *   <li>{@code bench.scale}: size of the workloads, 1.0
 *   <li>{@code bench.warmup}: seconds, at least, of the same load before it counts, 4
 *   <li>{@code bench.heap}: of every JVM, 512m
 *   <li>{@code bench.pid} and {@code bench.port}: measure only the Taskstream that this process serves there
 *   <li>{@code taskstream.*}: settings for Taskstream
 * </ul>
 */
public final class Bench {

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Path directory = Path.of(System.getProperty("bench.directory", "target/bench"));
    private final int rounds = Integer.getInteger("bench.rounds", 3);
    private final long warmUpNanos = Integer.getInteger("bench.warmup", 4) * 1_000_000_000L;
    private final Results results = new Results();

    private Bench() {}

    public static void main(String[] arguments) throws IOException {
        new Bench().run();
        // The peers' processes end with this one.
        System.exit(0);
    }

    private void run() throws IOException {
        Files.createDirectories(directory);
        List<Target> targets = targets();
        targets.forEach(Target::start);
        double scale = Double.parseDouble(System.getProperty("bench.scale", "1.0"));
        for (Workload workload : new Workloads(scale).all()) {
            if (isWanted("bench.workloads", workload.name())) {
                measure(workload, targets.stream().filter(workload::suits).toList());
            }
        }
        targets.forEach(Target::close);
        Files.writeString(directory.resolve("results.json"), results.json());
        out.println("All values: " + directory.resolve("results.json"));
    }

    private List<Target> targets() {
        int port = Integer.getInteger("bench.port", 0);
        if (port > 0) {
            return List.of(Targets.running(Long.getLong("bench.pid"), port));
        }
        Path war = Path.of(System.getProperty("bench.war", "target/taskstream.war"));
        String before = System.getProperty("bench.before");
        String heap = System.getProperty("bench.heap", "512m");
        List<String> engines = list("bench.engines");
        List<Target> all = engines.isEmpty()
                ? Targets.all(war, before == null ? null : Path.of(before), directory, heap, settings())
                : Targets.engines(engines, war, directory, heap, settings());
        return all.stream()
                .filter(target -> isWanted("bench.targets", target.name()))
                .toList();
    }

    private void measure(Workload workload, List<Target> targets) {
        targets.forEach(target -> warmUp(workload, target));
        for (int round = 1; round <= rounds; round++) {
            for (Target target : targets) {
                Measured measured = workload.run(target);
                results.add(workload.name(), target.name(), measured);
                out.println(workload.name() + " round " + round + " " + target.name() + " " + measured.figures());
            }
        }
        out.println("\n" + workload.name() + ": " + workload.description() + "\n\n" + results.table(workload.name()));
    }

    private void warmUp(Workload workload, Target target) {
        Workload warmUp = workload.warmUp();
        long begin = System.nanoTime();
        do {
            warmUp.run(target);
        } while (System.nanoTime() - begin < warmUpNanos);
    }

    private static boolean isWanted(String property, String name) {
        List<String> wanted = list(property);
        return wanted.isEmpty() || wanted.stream().anyMatch(name.replace(' ', '-')::startsWith);
    }

    private static List<String> list(String property) {
        return Arrays.stream(System.getProperty(property, "").split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private static Map<String, String> settings() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(key -> key.startsWith("taskstream."))
                .collect(Collectors.toMap(key -> key, System::getProperty, (a, b) -> a, TreeMap::new));
    }
}
