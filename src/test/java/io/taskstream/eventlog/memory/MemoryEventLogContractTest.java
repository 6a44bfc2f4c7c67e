package io.taskstream.eventlog.memory;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogContract;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;

final class MemoryEventLogContractTest extends EventLogContract {

    @Override
    protected EventLog open(int maxEvents, Duration keys, InstantSource time) {
        return new MemoryEventLog(new MemoryBounds(maxEvents, 64 << 20, 1_000, keys), time, new Random());
    }
}
