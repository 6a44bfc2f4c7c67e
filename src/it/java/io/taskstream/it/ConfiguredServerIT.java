package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawPublisher;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Requests and answers that servers refuse or change with default settings. */
class ConfiguredServerIT extends OnServer {

    private static final int MEBIBYTES = 13;

    private final Api api = Api.underTest();

    /** With default settings WildFly aborts a request at 10 MiB. */
    @Test
    void aBodyMayBeLongerThanAnyPost() throws IOException {
        String mebibyte = ("x".repeat(1023) + "\n").repeat(1024);
        String task = api.createTask();
        try (var publisher = new RawPublisher(api.at(""), task, "text/plain")) {
            for (int i = 0; i < MEBIBYTES; i++) {
                publisher.send(mebibyte);
            }
            assertThat(publisher.end()).contains(" 200 ");
            // The text and not the number of events: a line whose end took a second to come is published in two pieces.
            assertThat(api.text(task).equals(mebibyte.repeat(MEBIBYTES))).isTrue();
        }
    }

    @Test
    void noAnswerSaysWhichServerItIs() {
        assertThat(api.get("/tasks").headers().map()).doesNotContainKeys("server", "x-powered-by");
    }

    @Test
    void theServerIsKnownToBeConfigured() throws IOException {
        assertThat(Files.readString(ServerUnderTest.get().log()))
                .contains("Taskstream is ready")
                .doesNotContain("puts no bound on what it queues");
    }
}
