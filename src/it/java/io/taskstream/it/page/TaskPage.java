package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/** The page's view of one task, as a reader uses it. Lines are numbered from 0. */
record TaskPage(Page page) {

    private static final Pattern OPEN = Pattern.compile("live|quiet");

    Locator part(String name) {
        return page.getByTestId(name);
    }

    /** A line that is drawn. */
    Locator line(int number) {
        return page.locator("#output .row[data-line='" + number + "'] .text").first();
    }

    /** The lines of a kind that are drawn. */
    Locator rows(String kind) {
        return page.locator("#output .row[data-kind='" + kind + "']");
    }

    /** Waits until the connection light says so. */
    void awaitLight(String state) {
        assertThat(part("light")).hasAttribute("data-state", state);
    }

    /** Waits until the stream is open: "live", and "quiet" where no event has come for some seconds. */
    void awaitConnected() {
        assertThat(part("light")).hasAttribute("data-state", OPEN);
    }

    void awaitPressed(String toggle, boolean pressed) {
        assertThat(part(toggle)).hasAttribute("aria-pressed", Boolean.toString(pressed));
    }

    double scrollTop() {
        return ((Number) page.evaluate("document.getElementById('output').scrollTop")).doubleValue();
    }

    /** The same once the last line has been scrolled to; it is drawn before. */
    double scrollTopAtEnd() {
        page.waitForFunction("""
                () => {
                    const output = document.getElementById('output');
                    return output.scrollTop + output.clientHeight >= output.scrollHeight - 1;
                }""");
        return scrollTop();
    }

    int drawnRows() {
        return page.locator("#output .row").count();
    }

    /** All lines that the page has, from its own download. */
    List<String> allLines() {
        return download("download-text").lines().toList();
    }

    String download(String entry) {
        Download download = page.waitForDownload(() -> {
            part("menu-button").click();
            part(entry).click();
        });
        try {
            return Files.readString(download.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
