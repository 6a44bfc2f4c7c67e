package io.taskstream.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TeeTest {

    @TempDir
    Path directory;

    /** As the output of a daemon that the command has started. */
    @Test
    void outputThatNeverEndsIsNotWaitedForForEver() throws Exception {
        var isEnough = new CountDownLatch(1);
        var endless = new InputStream() {
            @Override
            public int read() {
                return isEnough.getCount() == 0 ? -1 : '\n';
            }

            @Override
            public int read(byte[] bytes, int from, int length) {
                bytes[from] = '\n';
                return read() < 0 ? -1 : 1;
            }
        };
        try (var spool = new Spool(directory, 1000, 1000, System::nanoTime)) {
            var tee = new Tee(endless, OutputStream.nullOutputStream(), spool);
            var reader = new Thread(tee, "read");
            reader.start();

            tee.awaitAfterExit(Duration.ofMillis(20));

            isEnough.countDown();
            reader.join();
            assertThat(spool.written()).isPositive();
        }
    }
}
