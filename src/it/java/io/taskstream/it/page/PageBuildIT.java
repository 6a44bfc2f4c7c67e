package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import io.taskstream.it.MainlyOn;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a reader of a build looks for: its errors. On one kind of server: the page is the same. */
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
}
