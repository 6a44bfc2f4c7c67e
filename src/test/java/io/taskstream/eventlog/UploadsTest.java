package io.taskstream.eventlog;

import static io.taskstream.testing.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Begin;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes of uploads, and uploads of a log that has lost events. {@link UploadContract} tests the rest with every engine. */
class UploadsTest {

    private static Uploads begin(Uploads before, String name, int second) {
        return before.after(before.check(new Begin(name, "text/plain"), NOON.plusSeconds(second)));
    }

    private static Uploads lost(int count) {
        Uploads uploads = Uploads.NONE;
        for (int i = 0; i < count; i++) {
            uploads = begin(uploads, "u" + i, i);
        }
        return uploads.lose();
    }

    @Test
    void aLostNameDoesNotBeginAgain() {
        Uploads uploads = begin(lost(3), "v", 4);
        assertThat(uploads.present()).extracting(Upload::name).containsExactly("v");
        assertThatExceptionOfType(UploadRefused.class)
                .isThrownBy(() -> begin(uploads, "u1", 5))
                .satisfies(refused -> assertThat(refused.reason()).isEqualTo(UploadRefused.Reason.LOST));
        assertThat(uploads.lose().lost()).hasSize(4);
    }

    @Test
    void lostOnesMakeRoom() {
        Uploads uploads = begin(lost(Upload.MAX_PER_TASK), "v", 100);
        assertThat(uploads.size()).isEqualTo(Upload.MAX_PER_TASK);
        assertThat(uploads.lost()).extracting(Upload::name).contains("u1").doesNotContain("u0");
        assertThat(begin(uploads, "u0", 101).present()).extracting(Upload::name).containsExactly("u0", "v");
    }

    @Test
    void anUploadDoesNotGoBack() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Advance("u", 1, 5, 4, false))
                .withMessage("An upload cannot go back from 5 to 4");
        assertThat(new Advance("u", 1, 5, 5, true).to()).isEqualTo(5);
    }

    @Test
    void whatWasCommittedBeforeTheLossIsLostWhenItIsReplayed() {
        Uploads uploads = lost(2);
        var after = new Uploads.Step(new Upload("u1", "text/plain", 7, false, 1, NOON, 0), "u0");
        assertThat(uploads.afterLost(after)).isEqualTo(new Uploads(List.of(), List.of(after.upload())));
    }
}
