package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.ClickOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.KeyboardModifier;
import io.taskstream.it.MainlyOn;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Line numbers, links to lines, times, selections, and what the browser and the system say. On one kind of server: the page is the same. */
@MainlyOn("wildfly")
class PageLinesIT extends InBrowser {

    private final String task = api.createTask();

    @Test
    void aLinkToLinesOpensThereAndMarksThem() {
        publishLines(task, 1, 1000);
        Page page = window();
        page.navigate(api.at("/#/tasks/" + task + "?line=120-122").toString());
        TaskPage view = new TaskPage(page);
        assertThat(view.line(119)).isInViewport();
        assertThat(view.line(119)).hasText("line 120 of the build");
        assertThat(page.locator("#output .row.target")).hasText(new Pattern[] {
            Pattern.compile("120.*line 120 "), Pattern.compile("121.*"), Pattern.compile("122.*")
        });
        screenshot(page, "link-to-lines");

        publishLines(task, 1001, 1100);
        assertThat(view.part("jump")).containsText("100 new");
        assertThat(view.line(119)).isInViewport();
    }

    @Test
    void aLinkToTheLastLineStaysThereWhileTheBuildGoesOn() {
        publishLines(task, 1, 300);
        Page page = window();
        page.navigate(api.at("/#/tasks/" + task + "?line=300").toString());
        TaskPage view = new TaskPage(page);
        assertThat(view.line(299)).isInViewport();
        view.awaitPressed("follow", false);
        publishLines(task, 301, 500);
        assertThat(view.part("jump")).containsText("200 new");
        assertThat(view.line(299)).isInViewport();
    }

    @Test
    void aLinkIsMadeByClicksOnNumbers() {
        publishLines(task, 1, 10);
        TaskPage view = watch(window(), task);
        number(view, 3).click();
        assertThat(view.page()).hasURL(Pattern.compile("\\?line=4$"));
        number(view, 6).click(new ClickOptions().setModifiers(List.of(KeyboardModifier.SHIFT)));
        assertThat(view.page()).hasURL(Pattern.compile("\\?line=4-7$"));
        assertThat(view.page().locator("#output .row.target")).hasCount(4);
        view.page().reload();
        assertThat(view.page().locator("#output .row.target")).hasCount(4);

        view.page().keyboard().press("l");
        view.awaitPressed("numbers", false);
        assertThat(view.page().locator("#output .number")).hasCount(0);
    }

    private static Locator number(TaskPage view, int line) {
        return view.page().locator("#output .row[data-line='" + line + "'] a.number");
    }

    @Test
    void theTabSaysHowTheTaskStands() {
        TaskPage view = watch(window(), task);
        assertThat(view.page()).hasTitle("● " + task + " · running · Taskstream");
        String running = icon(view);
        api.publish(task, "{\"type\":\"done\",\"status\":\"failed\"}");
        assertThat(view.page()).hasTitle("✗ " + task + " · failed · Taskstream");
        assertThat(icon(view)).isNotEqualTo(running);
        view.page().keyboard().press("g");
        assertThat(view.page()).hasTitle("Taskstream");
    }

    private static String icon(TaskPage view) {
        return view.page().locator("link[rel=icon]").getAttribute("href");
    }

    @Test
    void timesAreThoseOfTheDayOrElapsed() {
        publishLines(task, 1, 3);
        TaskPage view = watch(window(), task);
        assertThat(view.line(2)).isVisible();
        Locator time = view.page().locator("#output .row[data-line='0'] .time");
        view.part("times").click();
        assertThat(time).hasText(Pattern.compile("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}"));
        view.part("times").click();
        assertThat(time).hasText(Pattern.compile("\\+\\d+:\\d\\d\\.\\d{3}"));
        assertThat(view.part("times")).containsText("Elapsed");
        screenshot(view.page(), "elapsed");
        view.part("times").click();
        view.awaitPressed("times", false);
    }

    @Test
    void whatIsSelectedIsCopiedThoughItsRowsComeAndGo() {
        publishLines(task, 1, 2000);
        TaskPage view = watch(window(), task);
        assertThat(view.line(1999)).isVisible();
        view.page().keyboard().press("Home");
        view.line(10).dblclick(new Locator.DblclickOptions().setPosition(5, 10));
        publishLines(task, 2001, 2050);
        view.page().evaluate("document.getElementById('output').scrollTop = 20 * 1500");
        Locator last = view.line(1510);
        double end = last.boundingBox().width - 1;
        last.click(new ClickOptions().setPosition(end, 10).setModifiers(List.of(KeyboardModifier.SHIFT)));
        view.page().keyboard().press("t");
        view.awaitPressed("times", true);
        view.page().keyboard().press("Control+c");
        assertThat(clipboard(view).lines()).containsExactlyElementsOf(lines(11, 1511));

        view.page().keyboard().press("Control+a");
        assertThat(view.line(0)).hasCount(1);
        view.page().keyboard().press("Control+c");
        assertThat(clipboard(view).lines()).containsExactlyElementsOf(lines(1, 2050));
    }

    private static String clipboard(TaskPage view) {
        return (String) view.page().evaluate("navigator.clipboard.readText()");
    }

    @Test
    void aLongTimeBetweenTwoLinesIsShown() {
        Page page = window();
        page.addInitScript("{ const now = Date.now; Date.now = () => now() + (window.later ?? 0); }");
        TaskPage view = watch(page, task);
        view.awaitConnected();
        publishLines(task, 1, 2);
        assertThat(view.line(1)).isVisible();
        page.evaluate("window.later = 3_600_000");
        publishLines(task, 3, 3);
        assertThat(page.locator("#output .row[data-line='2'] .pause")).hasText(Pattern.compile("^\\+ 1 h"));
        assertThat(view.part("pause")).hasCount(1);
    }

    /** The browser's notifications are the system's, so the test has its own. */
    private static final String NOTIFICATIONS = """
            window.told = [];
            window.Notification = class {
                static permission = 'default';
                static requestPermission = async () => window.answer;
                constructor(title) { window.told.push(title); }
            };""";

    @Test
    void aNotificationSaysThatTheTaskIsDoneIfOneAsksForIt() {
        Page page = window();
        page.addInitScript(NOTIFICATIONS);
        TaskPage view = watch(page, task);
        page.evaluate("window.answer = 'denied'");
        view.part("notify").click();
        assertThat(view.part("toast")).containsText("blocks notifications");
        view.awaitPressed("notify", false);
        page.evaluate("window.answer = 'granted'");
        view.part("notify").click();
        view.awaitPressed("notify", true);
        api.publish(task, "{\"type\":\"done\",\"status\":\"failed\"}");
        assertThat(view.part("notify")).isHidden();
        assertThat(page.evaluate("window.told")).isEqualTo(List.of(task + ": failed"));
    }
}
