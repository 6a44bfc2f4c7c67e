package io.taskstream.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {

    private static final String VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void aTraceIsTakenAsItIs() {
        assertThat(TraceParent.parse(VALID)).contains(VALID);
    }

    @Test
    void ofAVersionToComeThePartThatIsKnownIsTaken() {
        String later = VALID.replaceFirst("00", "01");
        assertThat(TraceParent.parse(later + "-more")).contains(later);
    }

    @Test
    void noHeaderIsNoTrace() {
        assertThat(TraceParent.parse(null)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\nid: 1",
            })
    void aHeaderThatIsNoTraceIsIgnored(String header) {
        assertThat(TraceParent.parse(header)).isEmpty();
    }
}
