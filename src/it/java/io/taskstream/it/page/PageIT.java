package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.taskstream.it.MainlyOn;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The page in a real browser: the list of tasks, and one task. On one kind of server: the page is the same, and
 * PageConnectionIT uses it on both.
 */
@MainlyOn("wildfly")
class PageIT extends InBrowser {

    private static final int MANY_LINES = 100_000;
    private static final int FEW_LINES = 1_000;
    private static final int BATCH = 5_000;

    private final String task = api.createTask();

    @Test
    void theListShowsTheStatusOfEveryTaskAsItChanges() {
        Page page = window();
        page.navigate(api.at("/").toString());
        Locator row = page.locator("[data-testid=task-row][data-id='" + task + "']");
        assertThat(row.getByTestId("status")).hasText("Open");
        String other = api.createTask();
        assertThat(page.locator("[data-id='" + other + "']")).isVisible();

        api.publish(other, "{\"type\":\"done\",\"status\":\"failed\"}");
        api.publish(task, "[1,2,{\"type\":\"done\"}]");
        assertThat(row.getByTestId("status")).hasText("Completed");
        assertThat(row).containsText("3 events");
        screenshot(page, "list");

        page.getByTestId("filter-failed").click();
        assertThat(page.locator("[data-id='" + other + "']").getByTestId("status"))
                .hasText("Failed");
        assertThat(row).hasCount(0);
    }

    @Test
    void theListIsFilteredByTextAndLabels() {
        label("-shop", "Build of Shop");
        label("-bank", "Build of Bank");
        Page page = window();
        page.navigate(api.at("/").toString());
        Locator rows = page.getByTestId("task-row");
        assertThat(page.locator("[data-id='" + task + "']")).isVisible();
        page.keyboard().press("/");
        page.keyboard().type("SHOP of:" + task);
        assertThat(rows).hasCount(1);
        assertThat(rows).containsText("Build of Shop");
        label("-more", "More of the shop");
        assertThat(rows).hasCount(2);
        page.reload();
        assertThat(rows).hasCount(2);
        page.getByTestId("filter-failed").click();
        assertThat(page.getByTestId("empty")).containsText("No task matches");
        page.getByTestId("filter-all").click();
        assertThat(rows).hasCount(2);
        page.getByTestId("filter").press("Escape");
        assertThat(page.locator("[data-id='" + task + "']")).isVisible();
    }

    private void label(String suffix, String title) {
        String body = "{\"title\":\"" + title + "\",\"labels\":{\"of\":\"" + task + "\"}}";
        api.send("PUT", "/tasks/" + task + suffix, "application/json", body);
    }

    @Test
    void aTaskIsMadeWithTheMouseAndTellsHowToPublish() {
        Page page = window();
        page.navigate(api.at("/").toString());
        page.getByTestId("create").click();
        page.getByTestId("create-title").fill("Nightly build");
        page.getByTestId("create-submit").click();
        assertThat(page.getByTestId("pipe-line").first()).containsText(Pattern.compile("curl .*/tasks/.*/events"));
        screenshot(page, "created");
        page.getByTestId("create-open").click();
        assertThat(page.getByTestId("task-title")).hasText("Nightly build");
        new TaskPage(page).awaitConnected();
        assertThat(page.getByTestId("output-empty")).containsText("Nothing here yet");
    }

    @Test
    void theKindsOfItemsAreToldApart() {
        api.publish(task, """
                [{"type":"item_started","item":{"id":"1","title":"Compile","files":41}},
                 {"type":"message_delta","text":"compiling 41 files\\n"},
                 {"type":"token_usage","usage":{"input":1200,"output":345}},
                 {"type":"approval_request","id":"7","command":"rm -r target"},
                 {"type":"error","message":"one test failed\\nexpected 1, was 2"},
                 {"type":"item_completed","item":{"id":"1","title":"Compile"}},
                 {"any":"thing","deep":{"er":true}},
                 {"type":"cancel_requested"},
                 {"type":"done","status":"cancelled","message":"stopped by hand"}]""");
        TaskPage view = watch(window(), task);
        view.awaitLight("ended");
        assertThat(view.part("light")).containsText("cancelled");
        for (String kind : List.of("started", "text", "tokens", "approval", "completed", "json", "cancel", "done")) {
            assertThat(view.rows(kind)).hasCount(1);
        }
        assertThat(view.rows("error")).hasCount(2);
        assertThat(view.rows("tokens")).containsText("input 1,200 · output 345");

        view.rows("started").getByTestId("item-toggle").click();
        assertThat(view.rows("started").filter(new Locator.FilterOptions().setHasText("\"files\": 41")))
                .hasCount(1);
        screenshot(view.page(), "kinds");
    }

    @Test
    void tokensAreReadAsRunningText() {
        TaskPage view = watch(window(), task);
        view.awaitConnected();
        publishText("The ", "answer", " is");
        assertThat(view.line(0)).hasText("The answer is");
        view.part("search").fill("answer is 42");
        assertThat(view.part("search-count")).hasText("No match");
        publishText(" 4", "2.\\n\\nAnd", " so");
        assertThat(view.part("search-count")).hasText("1");
        assertThat(view.line(0)).hasText("The answer is 42.");
        assertThat(view.line(2)).hasText("And so");

        api.publish(task, "{\"type\":\"token_usage\",\"usage\":{\"output\":5}}");
        publishText(" on\\n");
        assertThat(view.rows("tokens")).hasAttribute("data-line", "3");
        assertThat(view.line(4)).hasText("on");
        assertThat(view.download("download-text")).isEqualTo("The answer is 42.\n\nAnd so on\n");
        assertThat(view.download("download-ndjson").lines()).hasSize(8);

        view.part("wrap").click();
        publishText("word ".repeat(20));
        Locator rows = view.page().locator("#output .row[data-line='5']");
        assertThat(rows).hasCount(1);
        publishText("more ".repeat(20), "words ".repeat(40));
        assertThat(rows).hasCount(3);
        screenshot(view.page(), "tokens");
    }

    /** An event for each text. */
    private void publishText(String... texts) {
        String events = Stream.of(texts)
                .map(text -> "{\"type\":\"message_delta\",\"text\":\"" + text + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        api.publish(task, events);
    }

    @Test
    void followingLetsGoOnScrollingUpAndTakesHoldAtTheEnd() {
        publishLines(task, 1, 300);
        TaskPage view = watch(window(), task);
        assertThat(view.line(299)).isVisible();
        view.awaitPressed("follow", true);

        double end = view.scrollTopAtEnd();
        view.part("output").hover();
        view.page().mouse().wheel(0, -1500);
        view.awaitPressed("follow", false);
        view.page().waitForFunction("top => document.getElementById('output').scrollTop === top", end - 1500);
        publishLines(task, 301, 400);
        assertThat(view.part("jump")).containsText("100 new");
        assertThat(view.scrollTop()).isEqualTo(end - 1500);
        screenshot(view.page(), "let-go");

        view.part("jump").click();
        view.awaitPressed("follow", true);
        assertThat(view.line(399)).isVisible();
        double newEnd = view.scrollTopAtEnd();
        // A busy browser may turn what it has drawn last: the button that has just gone.
        while (view.scrollTop() == newEnd) {
            view.page().mouse().wheel(0, -1500);
            view.page().waitForTimeout(500);
        }
        view.awaitPressed("follow", false);
        view.page().mouse().wheel(0, 20_000);
        view.awaitPressed("follow", true);
    }

    @Test
    void searchFindsCountsAndSteps() {
        publishLines(task, 1, 200);
        TaskPage view = watch(window(), task);
        assertThat(view.line(199)).isVisible();
        view.part("search").fill("line 10");
        assertThat(view.part("search-count")).containsText("/ 11");
        view.part("search-next").click();
        assertThat(view.page().locator("mark.current")).hasText("line 10");
        String first = view.part("search-count").textContent();
        view.part("search-next").click();
        assertThat(view.part("search-count")).not().hasText(first);
        view.part("search-previous").click();
        assertThat(view.part("search-count")).hasText(first);
        publishLines(task, 1000, 1000);
        assertThat(view.part("search-count")).containsText("/ 12");
        screenshot(view.page(), "search");
    }

    @Test
    void timesAreThoseOfTheServerForHistory() {
        publishLines(task, 1, 3);
        TaskPage view = watch(window(), task);
        assertThat(view.line(2)).isVisible();
        view.part("times").click();
        Locator time = view.page().locator("#output .row[data-line='0'] .time");
        assertThat(time).hasText(Pattern.compile("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}"));
        assertThat(time).not().hasClass(Pattern.compile("about"));
        screenshot(view.page(), "times");
    }

    @Test
    void whatIsShownIsCopiedAndDownloaded() {
        publishLines(task, 1, 2);
        api.publish(task, "{\"some\":[\"json\"]}");
        TaskPage view = watch(window(), task);
        assertThat(view.line(2)).isVisible();
        view.part("menu-button").click();
        view.part("copy-all").click();
        assertThat(view.part("toast")).containsText("3 lines copied");
        String copied = (String) view.page().evaluate("navigator.clipboard.readText()");
        assertThat(copied).startsWith("line 1 of the build\nline 2 of the build\njson");
        assertThat(view.download("download-text")).isEqualTo("line 1 of the build\nline 2 of the build\n");
        assertThat(view.download("download-ndjson")).isEqualTo("""
                {"type":"message_delta","text":"line 1 of the build\\n"}
                {"type":"message_delta","text":"line 2 of the build\\n"}
                {"some":["json"]}
                """);
    }

    @Test
    void aTaskIsCancelledAndDeletedAfterAQuestion() {
        TaskPage view = watch(window(), task);
        view.awaitConnected();
        view.part("cancel").click();
        view.part("confirm-yes").click();
        assertThat(view.rows("cancel")).hasCount(1);
        assertThat(view.part("cancel")).isDisabled();
        view.part("menu-button").click();
        view.part("delete").click();
        screenshot(view.page(), "question");
        view.part("confirm-yes").click();
        assertThat(view.page().getByTestId("task-list")).isVisible();
        assertThat(api.get("/tasks/" + task).statusCode()).isEqualTo(404);
    }

    @Test
    void everythingIsDoneByKeyboard() {
        publishLines(task, 1, 200);
        Page page = window();
        page.navigate(api.at("/").toString());
        page.locator("[data-id='" + task + "']").focus();
        page.keyboard().press("Enter");
        var view = new TaskPage(page);
        assertThat(view.line(199)).isVisible();

        page.keyboard().press("t");
        view.awaitPressed("times", true);
        page.keyboard().press("w");
        view.awaitPressed("wrap", true);
        page.keyboard().press("f");
        view.awaitPressed("follow", false);
        page.keyboard().press("Home");
        assertThat(view.line(0)).isVisible();
        page.keyboard().press("End");
        view.awaitPressed("follow", true);
        assertThat(view.line(199)).isVisible();

        page.keyboard().press("/");
        assertThat(view.part("search")).isFocused();
        page.keyboard().type("line 5");
        page.keyboard().press("Enter");
        assertThat(view.part("search-count")).containsText("/ 11");
        page.keyboard().press("Escape");
        assertThat(view.part("search")).not().isFocused();

        page.keyboard().press("?");
        assertThat(view.part("help-dialog")).isVisible();
        page.keyboard().press("Escape");
        assertThat(view.part("help-dialog")).hasCount(0);
        page.keyboard().press("g");
        assertThat(page.getByTestId("task-list")).isVisible();
    }

    @Test
    void aProducerThatIsLostIsShownInTheTaskAndInTheList() {
        String upload = "/tasks/" + task + "/uploads/nightly";
        api.send("PUT", upload, "text/plain", "");
        patch(upload, 0, "compiling\n");
        TaskPage view = watch(window(), task);
        view.awaitLight("lost");
        assertThat(view.part("light")).containsText("Producer lost since");
        screenshot(view.page(), "lost");
        Page list = window();
        list.navigate(api.at("/").toString());
        Locator row = list.locator("[data-testid=task-row][data-id='" + task + "']");
        assertThat(row.getByTestId("lost")).hasText("Producer lost");
        screenshot(list, "list-lost");

        patch(upload, 10, "done\n");
        view.awaitConnected();
        assertThat(row.getByTestId("lost")).hasCount(0);
    }

    private void patch(String upload, int offset, String text) {
        assertThat(api.send("PATCH", upload, "application/partial-upload", text, "Upload-Offset", "" + offset)
                        .statusCode())
                .isEqualTo(204);
    }

    /** Ten lines an event. */
    private void publishTens(int first, int last) {
        String events = IntStream.iterate(first, i -> i < last, i -> i + 10)
                .mapToObj(ten -> IntStream.range(ten, ten + 10)
                        .mapToObj(i -> "line " + i + " of the build")
                        .collect(Collectors.joining("\\n", "{\"type\":\"message_delta\",\"text\":\"", "\\n\"}")))
                .collect(Collectors.joining(",", "[", "]"));
        api.publish(task, events);
    }

    @Test
    void aHundredThousandLinesAreDrawnAFewAtATimeAndScrolledWithoutStutter() {
        TaskPage view = watch(window(), task);
        view.awaitConnected();
        for (int line = 0; line < MANY_LINES; line += BATCH) {
            publishTens(line + 1, line + BATCH);
            // The test waits for the page, so that no event is dropped however few the server keeps.
            view.page().waitForSelector("#output .row[data-line='" + (line + BATCH - 1) + "']");
        }
        assertThat(view.line(MANY_LINES - 1)).hasText("line 100000 of the build");
        assertThat(view.drawnRows()).isLessThan(150);
        assertThat(view.part("light")).hasAttribute("data-state", "live");

        assertThatManyLinesScrollLikeFew(view);
        assertThat(view.drawnRows()).isLessThan(150);

        view.part("search").fill("line 50000 ");
        assertThat(view.part("search-count")).hasText("1 / 1");
        assertThat(view.page().locator("mark.current")).isVisible();
        screenshot(view.page(), "many");
        assertThat(view.allLines()).isEqualTo(lines(1, MANY_LINES));
    }

    /**
     * Compares frames of two pages that draw equally many rows. The rounds alternate and the best of each page counts, because
     * other work of the machine slows some rounds down.
     */
    private void assertThatManyLinesScrollLikeFew(TaskPage many) {
        String other = api.createTask();
        publishLines(other, 1, FEW_LINES);
        TaskPage few = watch(window(), other);
        assertThat(few.line(FEW_LINES - 1)).isVisible();
        double withFew = Double.MAX_VALUE;
        double withMany = Double.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            withFew = Math.min(withFew, medianOfFrames(few));
            withMany = Math.min(withMany, medianOfFrames(many));
        }
        System.out.printf(
                "A frame while scrolling takes %.0f ms (median) with %d lines, %.0f ms with %d lines%n",
                withMany, MANY_LINES, withFew, FEW_LINES);
        assertThat(withMany).as("median of the milliseconds of a frame").isLessThan(3 * withFew);
        few.page().close();
    }

    /** How many milliseconds a frame takes while the output is scrolled. */
    private static double medianOfFrames(TaskPage view) {
        view.page().bringToFront();
        @SuppressWarnings("unchecked")
        List<Number> frames = (List<Number>) view.page().evaluate("""
                async () => {
                  const output = document.getElementById('output');
                  const frame = () => new Promise(requestAnimationFrame);
                  const frames = [];
                  let before = await frame();
                  for (let step = 0; step < 60; step++) {
                    output.scrollTop = output.scrollHeight * (step * 37 % 60) / 60;
                    const now = await frame();
                    frames.push(now - before);
                    before = now;
                  }
                  return frames;
                }""");
        return frames.stream()
                .mapToDouble(Number::doubleValue)
                .sorted()
                .skip(30)
                .findFirst()
                .orElseThrow();
    }
}
