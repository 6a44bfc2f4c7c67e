package io.taskstream.bench;

import io.taskstream.bench.load.LinesPublisher;
import io.taskstream.bench.load.Published;
import io.taskstream.bench.target.Target;
import java.util.List;

/** The same lines by a POST and by an upload's PATCH, in turn: so the cost of the upload's offset shows. */
record UploadWorkload(String name, int events) implements Workload {

    /** POST, PATCH, PATCH, POST, and so on, so that neither gains by its place. */
    private static final List<Boolean> IS_UPLOAD = List.of(false, true, true, false, false, true, true, false);

    @Override
    public String description() {
        return "W6-lines " + IS_UPLOAD.size() + " times, half of them through an upload";
    }

    @Override
    public boolean suits(Target target) {
        return target.takesUploads();
    }

    @Override
    public Workload warmUp() {
        return this;
    }

    @Override
    public Measured run(Target target) {
        var post = new Cost();
        var patch = new Cost();
        IS_UPLOAD.forEach(isUpload -> (isUpload ? patch : post).add(target, isUpload, events));
        return new Measured()
                .put("POST published/s", post.perSecond())
                .put("PATCH published/s", patch.perSecond())
                .put("ratio of rates", patch.perSecond() / post.perSecond())
                .put("POST CPU µs each", post.cpuMicros())
                .put("PATCH CPU µs each", patch.cpuMicros())
                .put("ratio of CPU", patch.cpuMicros() / post.cpuMicros())
                .count("refused", post.refused + patch.refused);
    }

    /** Sums of some requests. */
    private static final class Cost {

        private long events;
        private long refused;
        private long nanos;
        private long cpuNanos;

        void add(Target target, boolean isUpload, int count) {
            String task = TaskNames.next(1).get(0);
            target.create(task);
            if (isUpload) {
                target.createUpload(task);
            }
            long cpuBegin = target.cpuTime().toNanos();
            Published published = new LinesPublisher(target, task, count, isUpload).run();
            cpuNanos += target.cpuTime().toNanos() - cpuBegin;
            nanos += published.end() - published.begin();
            events += published.events();
            refused += published.refused();
            target.forget(task);
        }

        double perSecond() {
            return events * 1e9 / nanos;
        }

        double cpuMicros() {
            return cpuNanos / 1e3 / events;
        }
    }
}
