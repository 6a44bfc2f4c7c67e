package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.taskstream.it.MainlyOn;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A log that is longer than what the page holds, which is made little here. On one kind of server: the page is the same. */
@MainlyOn("wildfly")
class PageLongLogIT extends InBrowser {

    private static final int LINES = 12_000;
    private static final int HELD = 2_000;

    private final String task = api.createTask();

    private Page smallWindow() {
        Page page = window();
        page.addInitScript("localStorage.setItem('taskstream.window', '" + HELD + "')");
        return page;
    }

    private TaskPage watchLongLog() {
        print(1, LINES);
        TaskPage view = watch(smallWindow(), task);
        assertThat(line(view, LINES)).isInViewport();
        return view;
    }

    private void print(int first, int last) {
        print(IntStream.rangeClosed(first, last)
                .mapToObj(i -> "line " + i + " of the build\n")
                .collect(Collectors.joining()));
    }

    private void print(String text) {
        assertThat(api.post("/tasks/" + task + "/events", "text/plain", text).statusCode())
                .isEqualTo(200);
    }

    /** The row of a line with its number. */
    private static Locator line(TaskPage view, int number) {
        return view.page()
                .locator("#output .row")
                .filter(new Locator.FilterOptions()
                        .setHasText(Pattern.compile("^" + number + "line " + number + " of the build$")));
    }

    @Test
    void itOpensAtItsEndAndIsScrolledToItsFirstLineAndBack() {
        TaskPage view = watchLongLog();
        assertThat(view.allLines()).hasSizeLessThan(HELD);
        assertThat(view.part("cut-note")).containsText("Earlier lines");

        scrollUntilSeen(view, line(view, 1), -3_000);
        assertThat(view.part("cut-note")).isHidden();
        assertThat(view.allLines()).hasSizeLessThanOrEqualTo(HELD);
        screenshot(view.page(), "long-first");

        scrollUntilSeen(view, line(view, LINES), 3_000);
        view.awaitPressed("follow", true);
        print(LINES + 1, LINES + 5);
        assertThat(line(view, LINES + 5)).isInViewport();
        assertThat(view.allLines()).hasSizeLessThanOrEqualTo(HELD);
    }

    private static void scrollUntilSeen(TaskPage view, Locator line, int by) {
        view.page().mouse().move(600, 500);
        for (int turn = 0; turn < 1_000 && !isOnScreen(line); turn++) {
            view.page().mouse().wheel(0, by);
            view.page().evaluate("() => new Promise(requestAnimationFrame)");
        }
        assertThat(line).isInViewport();
    }

    private static boolean isOnScreen(Locator line) {
        return line.count() == 1 && (boolean) line.evaluate("""
                        row => {
                          const output = document.getElementById('output').getBoundingClientRect();
                          const { top, bottom } = row.getBoundingClientRect();
                          return top >= output.top && bottom <= output.bottom;
                        }""");
    }

    @Test
    void whatComesMeanwhileIsCountedAndIsThereAtTheEnd() {
        TaskPage view = watchLongLog();
        view.page().keyboard().press("Home");
        assertThat(line(view, 1)).isInViewport();
        print(LINES + 1, LINES + 30);
        assertThat(view.part("jump")).hasText("Jump to live · 30 new");
        assertThat(line(view, 1)).isInViewport();
        view.part("jump").click();
        assertThat(line(view, LINES + 30)).isInViewport();
        view.awaitPressed("follow", true);
        print(LINES + 31, LINES + 40);
        assertThat(line(view, LINES + 40)).isInViewport();
        view.page().keyboard().press("Home");
        assertThat(line(view, 1)).isInViewport();
        view.page().keyboard().press("End");
        assertThat(line(view, LINES + 40)).isInViewport();
    }

    @Test
    void oneGoesToALineByItsNumberOrByALink() {
        TaskPage view = watchLongLog();
        view.page().keyboard().press(":");
        view.part("line-number").fill("5000");
        assertThat(Axe.seriousFindings(view.page())).isEmpty();
        screenshot(view.page(), "go-to-line");
        view.page().keyboard().press("Enter");
        assertThat(line(view, 5000)).isInViewport();
        assertThat(Axe.seriousFindings(view.page())).isEmpty();

        Page page = smallWindow();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        page.navigate(api.at("/#/tasks/" + task + "?line=7000-7001").toString());
        TaskPage linked = new TaskPage(page);
        assertThat(line(linked, 7000)).isInViewport();
        assertThat(page.locator("#output .row.target")).hasCount(2);
        print(LINES + 1, LINES + 3);
        assertThat(linked.part("jump")).hasText("Jump to live · 3 new");
        screenshot(page, "long-link");

        page.keyboard().press("End");
        assertThat(line(linked, LINES + 3)).isInViewport();
        linked.awaitPressed("follow", true);
        print(LINES + 4, LINES + 9);
        assertThat(line(linked, LINES + 9)).isInViewport();
    }

    @Test
    void theWholeLogIsSearched() {
        print(1, 3000);
        print("a needle\n");
        print(3002, LINES);
        print("another needle\n");
        TaskPage view = watch(smallWindow(), task);
        assertThat(view.page().getByText("another needle")).isInViewport();
        view.part("search").fill("NEEDLE");
        assertThat(view.part("search-count")).hasText("1 / 2");
        view.part("search").press("Enter");
        assertThat(view.part("search-count")).hasText("2 / 2");
        assertThat(view.page().locator("mark.current")).isInViewport();
        assertThat(line(view, 3000)).isInViewport();
        screenshot(view.page(), "long-search");
        view.part("search").press("Enter");
        assertThat(view.page().getByText("another needle")).isInViewport();
        view.part("search").fill("no such text");
        assertThat(view.part("search-count")).hasText("No match");
    }

    /** Rows that are drawn again and again begin in events long before. */
    @Test
    void rowsThatAreDrawnAgainAreGoneUpTo() {
        print(1, 3000);
        for (int i = 0; i < 3; i++) {
            print("bar\nbar\n" + "\u001b[2Abar\nbar\n".repeat(800) + "bars are done\n");
        }
        TaskPage view = watch(smallWindow(), task);
        assertThat(view.page().getByText("bars are done")).hasCount(1);
        Locator last = view.page().getByText("line 3000 of the build", new Page.GetByTextOptions().setExact(true));
        scrollUntilSeen(view, last, -60);
        assertThat(line(view, 3000)).isInViewport();
        assertThat(view.page().getByText("bars are done").first()).isInViewport();
        view.page().keyboard().press("End");
        assertThat(view.page().getByText("bars are done").last()).isInViewport();
    }

    @Test
    void anErrorCountOfAPartSaysSo() {
        print(1, LINES);
        print("[ERROR] broken\n");
        TaskPage view = watch(smallWindow(), task);
        assertThat(view.part("errors")).hasText("1 error in this part");
    }

    @Test
    void whatIsFoundInAVeryLongLineIsScrolledTo() {
        print("begin\n" + "wide ".repeat(10_000) + "needle" + " line".repeat(10_000) + "\nend\n");
        TaskPage view = watch(window(), task);
        assertThat(view.line(2)).isVisible();
        for (String wrapped : new String[] {"false", "true"}) {
            assertThat(view.part("wrap")).hasAttribute("aria-pressed", wrapped);
            view.part("search").fill("needle");
            assertThat(view.part("search-count")).hasText("1 / 1");
            assertThat(view.page().locator("mark.current")).isInViewport();
            screenshot(view.page(), "found-in-long-line-" + wrapped);
            view.part("search").press("Escape");
            view.part("wrap").click();
        }
    }
}
