package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.TestCertificate;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A browser watches over HTTP/2, with more streams than it opens connections. */
@MainlyOn("wildfly")
class PageHttp2IT extends InBrowser {

    /** Browsers open six connections to a host with HTTP/1.1. */
    private static final int MORE_THAN_SIX = 8;

    @TempDir
    private Path directory;

    @Test
    void moreTasksThanABrowserOpensConnectionsAreWatchedAtATime() {
        String task = api.createTask();
        TestCertificate certificate = TestCertificate.in(directory);
        try (var nginx = Proxy.startNginxWithHttp2(api.at(""), certificate)) {
            URI server = URI.create("https://" + nginx.url().getAuthority());
            BrowserContext browser =
                    window(desktop().setIgnoreHTTPSErrors(true)).context();
            List<TaskPage> views = new ArrayList<>();
            for (int i = 0; i < MORE_THAN_SIX; i++) {
                views.add(watch(browser.newPage(), server, task));
            }
            publishLines(task, 1, 10);
            for (TaskPage view : views) {
                assertThat(view.line(9)).isVisible();
                view.awaitConnected();
                assertThat(view.page().evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol"))
                        .isEqualTo("h2");
            }
        }
    }
}
