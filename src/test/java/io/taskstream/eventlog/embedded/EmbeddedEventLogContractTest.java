package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedEventLogContractTest extends EventLogContract {

    @TempDir
    private Path directory;

    @Override
    protected EventLog open(int maxEvents, Duration keys, InstantSource time) {
        var retention = new Retention(Duration.ofDays(1), maxEvents, 64 << 20, 1 << 30, keys);
        return OpenLog.in(directory, time, retention);
    }

    @Override
    protected void trim(EventLog engine) {
        ((EmbeddedEventLog) engine).runMaintenance();
    }
}
