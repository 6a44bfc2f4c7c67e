package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.TestCertificate;
import io.taskstream.it.wire.CuttingProxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A browser watches over HTTP/2. */
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
                assertThat(protocol(view)).isEqualTo("h2");
            }
        }
    }

    /** The one connection stays open, and nothing passes any more. A stream that needs no credentials gets another connection. */
    @Test
    void aNetworkThatSilentlyDropsTheConnectionCostsNoLine() {
        String task = api.createTask();
        TestCertificate certificate = TestCertificate.in(directory);
        try (var nginx = Proxy.startNginxWithHttp2(api.at(""), certificate);
                var way = new CuttingProxy(nginx.url())) {
            URI server = URI.create("https://" + way.url().getAuthority());
            TaskPage view = watch(window(desktop().setIgnoreHTTPSErrors(true)), server, task);
            publishLines(task, 1, 10);
            assertThat(view.line(9)).isVisible();
            assertThat(protocol(view)).isEqualTo("h2");

            way.swallow();
            long began = System.nanoTime();
            publishLines(task, 11, 20);
            assertThat(view.line(19)).isVisible(new IsVisibleOptions().setTimeout(40_000));
            System.out.printf("Lines came back after %.1f s over HTTP/2%n", (System.nanoTime() - began) / 1e9);
            view.awaitConnected();
            assertThat(view.allLines()).isEqualTo(lines(1, 20));
        }
    }

    private static Object protocol(TaskPage view) {
        return view.page().evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol");
    }
}
