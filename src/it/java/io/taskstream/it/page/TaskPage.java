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

/**
 * The page's view of one task, as a reader uses it. Lines are counted from 0; where the page holds a part of a log within it, from
 * somewhere.
 *
 * The page keeps these names stable for tests (`data-testid`, unless said otherwise):
 *
 * <pre>{@code
 *   everywhere    #main, #announcer (what is read aloud), theme, help, nav-tasks, nav-doctor, toast, dialog-close,
 *                 sign-in, sign-out; sign-in-dialog with sign-in-token, sign-in-submit, sign-in-error;
 *                 confirm with confirm-yes and confirm-no, help-dialog with single-keys; `data-theme` on <html>
 *   list          task-list (`aria-busy` while loading), task-row (`data-id`), status, load-more, empty, list-error,
 *                 filter, filter-all|open|completed|failed|cancelled, create; create-dialog with create-title, create-submit,
 *                 create-error, run-line, pipe-line, done-line, token-line, create-open
 *   task          (`?line=120-140` opens it there)
 *                 loading, not-found, load-error, task-title, task-facts, notify, cancel;
 *                 light with `data-state` = connecting | live | quiet | lagged | lost | reconnecting | ended | gone | refused;
 *                 reconnect, dropped; errors, warnings, error-previous, error-next;
 *                 search, search-count, search-previous, search-next;
 *                 follow, numbers, times, wrap (each with `aria-pressed`);
 *                 menu-button with go-to-line, unfold-all, fold-all, copy-all, download-text, download-log,
 *                 download-ndjson, show-pipe, delete; line-dialog with line-number, line-submit;
 *                 output (also #output), in it elements of class `row` with `data-line` and `data-kind` = text |
 *                 started | completed | tokens | error | approval | cancel | done | json | gap | lag | hole, and
 *                 item-toggle and fold (`aria-expanded`), took, pause; cut-note, jump, output-empty
 *   watch         (`#/watch?task=a&task=b`) watch, in it pane (`data-id`) each with light, output, jump; pick and watch-picked in
 *                 the list
 *   doctor        doctor-run, doctor-count, doctor-facts, doctor-line, doctor-verdict with finding (`data-name` = ok |
 *                 cut | missing | buffers | compresses | type | uneven | failed)
 * }</pre>
 */
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
