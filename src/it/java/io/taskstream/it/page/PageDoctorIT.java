package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.ProxyProduct;
import io.taskstream.it.wire.CuttingProxy;
import java.net.URI;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The connection doctor through real proxies that disturb the stream in one way each. On one server: the page is the same. */
@MainlyOn("wildfly")
class PageDoctorIT extends InBrowser {

    private static final String BUFFERING = "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; gzip off;";
    private static final String COMPRESSING = "proxy_http_version 1.1; gzip_types text/event-stream;";

    /** A check takes a minute. */
    private static final double MOST_MILLIS = 90_000;

    private final URI server = api.at("");

    /** All at the same time, for the minute that each takes. */
    @Test
    void theDoctorTellsWhatIsInTheWay() {
        try (var good = Proxy.start(ProxyProduct.NGINX, server);
                var buffering = Proxy.startNginxWith(BUFFERING, server);
                var compressing = Proxy.startNginxWith(COMPRESSING, server);
                var cutting = new CuttingProxy(server)) {
            Page throughGood = check(good.url());
            Page throughBuffering = check(buffering.url());
            Page throughCompressing = check(compressing.url());
            Page throughCutting = check(cutting.url());
            assertThat(throughCutting.getByTestId("doctor-count"))
                    .containsText("8 of 60", new ContainsTextOptions().setTimeout(MOST_MILLIS));
            cutting.cut();

            finds(throughCutting, "cut", "Something cuts the stream");
            // On a machine that is busy with tests, numbers may arrive slightly unevenly.
            finds(throughGood, "ok|uneven", "Nothing is in the way|slightly unevenly");
            assertThat(throughGood.getByTestId("doctor-facts")).containsText("http/1.1");
            finds(throughBuffering, "buffers", "Something buffers the stream");
            finds(throughCompressing, "compresses", "Something compresses the stream");
        }
    }

    private Page check(URI through) {
        Page page = window();
        page.navigate(through + "/#/doctor");
        page.getByTestId("doctor-run").click();
        return page;
    }

    /** The worst finding is shown first. */
    private static void finds(Page page, String name, String title) {
        Locator finding = page.getByTestId("finding").first();
        assertThat(finding).isVisible(new IsVisibleOptions().setTimeout(MOST_MILLIS));
        screenshot(page, "doctor-" + name.replace("|", "-or-"));
        assertThat(finding).hasAttribute("data-name", Pattern.compile(name));
        assertThat(finding).containsText(Pattern.compile(title));
    }

    @Test
    void theLineForTheShellIsTheSameCheckOfTheSameWay() {
        try (var way = new CuttingProxy(server)) {
            Page page = window();
            page.navigate(way.url() + "/#/doctor");
            assertThat(page.getByTestId("doctor-line")).hasText("curl -N " + way.url() + "/doctor/stream");
        }
    }
}
