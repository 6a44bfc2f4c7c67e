package io.taskstream.bench;

import com.sun.management.OperatingSystemMXBean;
import io.taskstream.bench.target.Target;
import java.lang.management.ManagementFactory;

/** Reads what processor time a run has cost, on both sides. */
final class Meter {

    private static final OperatingSystemMXBean SELF =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Target target;
    private final long targetBegin;
    private final long selfBegin;
    private final long begin = System.nanoTime();

    Meter(Target target) {
        this.target = target;
        this.targetBegin = target.cpuTime().toNanos();
        this.selfBegin = SELF.getProcessCpuTime();
    }

    /** The server's and the driver's time, in microseconds for each of so many. */
    void read(Measured into, long count) {
        into.put("server CPU µs each", (target.cpuTime().toNanos() - targetBegin) / 1e3 / Math.max(1, count));
        into.put("driver CPU µs each", (SELF.getProcessCpuTime() - selfBegin) / 1e3 / Math.max(1, count));
        into.put("server cores", (target.cpuTime().toNanos() - targetBegin) / (double) (System.nanoTime() - begin));
        into.put("driver cores", (SELF.getProcessCpuTime() - selfBegin) / (double) (System.nanoTime() - begin));
    }
}
