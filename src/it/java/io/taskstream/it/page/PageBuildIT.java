package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.taskstream.it.MainlyOn;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a reader of a build looks for: its errors, and its groups of lines. On one kind of server: the page is the same. */
@MainlyOn("wildfly")
class PageBuildIT extends InBrowser {

    private final String task = api.createTask();

    private void print(String text) {
        api.post("/tasks/" + task + "/events", "text/plain", text);
    }

    private static String lines(String word, int many) {
        return IntStream.rangeClosed(1, many)
                .mapToObj(number -> word + " " + number + "\n")
                .reduce("", String::concat);
    }

    @Test
    void errorsAreMarkedCountedAndGoneTo() {
        print(lines("compile", 200) + "main.c:3:5: error: first\n" + lines("more", 200) + "[WARNING] old\n"
                + "::error::second\n" + lines("rest", 200) + "0 errors\n");
        TaskPage view = watch(window(), task);
        assertThat(view.part("errors")).hasText("2 errors");
        assertThat(view.part("warnings")).hasText("1 warning");

        view.page().keyboard().press("!");
        assertThat(view.line(200)).isInViewport();
        assertThat(view.line(200)).hasText("main.c:3:5: error: first");
        assertThat(sign(view, 200)).hasAttribute("aria-label", "Error");
        assertThat(view.page().locator("#announcer")).hasText("Error 1 of 2: main.c:3:5: error: first");
        view.page().keyboard().press("e");
        assertThat(view.line(402)).isInViewport();
        assertThat(sign(view, 401)).hasAttribute("aria-label", "Warning");
        assertThat(Axe.seriousFindings(view.page())).isEmpty();
        screenshot(view.page(), "errors");
        view.part("error-next").click();
        assertThat(view.line(200)).isInViewport();
        view.page().keyboard().press("E");
        assertThat(view.line(402)).isInViewport();
        view.part("warnings").click();
        assertThat(view.line(401)).isInViewport();

        print("error: third\n");
        assertThat(view.part("errors")).hasText("3 errors");
        assertThat(view.line(401)).isInViewport();
    }

    private static Locator sign(TaskPage view, int line) {
        return view.page().locator("#output .row[data-line='" + line + "'] .sign");
    }

    @Test
    void aBuildWithoutErrorsSaysNothingOfThem() {
        print("[INFO] Tests run: 3, Failures: 0, Errors: 0\n0 errors\n");
        TaskPage view = watch(window(), task);
        assertThat(view.line(1)).isVisible();
        assertThat(view.part("errors")).isHidden();
        view.page().keyboard().press("e");
        view.awaitPressed("follow", true);
    }

    @Test
    void groupsAreFoldedAndOpened() {
        print("begin\n::group::Compile\n" + lines("compile", 50) + "::endgroup::\n::group::Test\n"
                + "error: it failed\n::endgroup::\n::group::Pack\n::group::Sign\nsigned\n::endgroup::\n"
                + "::endgroup::\nend\n");
        TaskPage view = watch(window(), task);
        assertThat(view.line(1)).hasText("Compile");
        assertThat(view.line(2)).hasCount(0);
        // A group with an error is open.
        assertThat(view.line(54)).hasText("error: it failed");
        assertThat(fold(view, 1)).hasAttribute("aria-expanded", "false");
        assertThat(view.page().getByTestId("took").first()).isVisible();

        fold(view, 1).click();
        assertThat(view.line(2)).hasText("compile 1");
        assertThat(fold(view, 1)).isFocused();
        assertThat(fold(view, 1)).hasAttribute("aria-expanded", "true");
        assertThat(number(view, 2)).hasText("3");
        view.page().keyboard().press("Enter");
        assertThat(view.line(2)).hasCount(0);
        view.line(1).click();
        assertThat(view.line(2)).isVisible();
        view.page().keyboard().press("-");
        assertThat(view.line(54)).hasCount(0);
        assertThat(view.page().locator("#output .row")).hasCount(5);
        view.page().keyboard().press("e");
        assertThat(view.line(54)).isVisible();
        view.part("search").fill("signed");
        assertThat(view.line(58)).hasText("signed");
        assertThat(view.page().locator("mark.current")).isInViewport();
        view.part("menu-button").click();
        view.part("unfold-all").click();
        assertThat(view.line(10)).isVisible();
        assertThat(Axe.seriousFindings(view.page())).isEmpty();
        screenshot(view.page(), "groups");
    }

    @Test
    void aLinkToALineOpensItsGroup() {
        print("::group::Compile\n" + lines("compile", 100) + "::endgroup::\nend\n");
        Page page = window();
        page.navigate(api.at("/#/tasks/" + task + "?line=51").toString());
        TaskPage view = new TaskPage(page);
        assertThat(view.line(50)).isInViewport();
        assertThat(view.line(50)).hasText("compile 50");
    }

    @Test
    void aGroupIsOpenWhileItGrowsAndFoldsWhenItEnds() {
        print("::group::Compile\ncompiling\n");
        TaskPage view = watch(window(), task);
        assertThat(view.line(1)).hasText("compiling");
        print("::endgroup::\nend\n");
        assertThat(view.line(3)).hasText("end");
        assertThat(view.line(1)).hasCount(0);
        api.publish(task, "{\"type\":\"item_started\",\"item\":{\"id\":\"1\",\"title\":\"Pack\"}}");
        print("packing\n");
        api.publish(task, "{\"type\":\"item_completed\",\"item\":{\"id\":\"1\",\"title\":\"Pack\"}}");
        assertThat(view.rows("completed")).hasCount(1);
        fold(view, 4).click();
        assertThat(view.rows("completed")).hasCount(0);
    }

    private static Locator fold(TaskPage view, int line) {
        return view.page().locator("#output .row[data-line='" + line + "'] button.fold");
    }

    private static Locator number(TaskPage view, int line) {
        return view.page().locator("#output .row[data-line='" + line + "'] .number");
    }
}
