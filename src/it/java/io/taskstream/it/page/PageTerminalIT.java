package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.taskstream.it.MainlyOn;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The page shows a tool's output as a terminal would. The many cases are in {@code src/test/page}; here are those that only a
 * browser can show. On one kind of server: the page is the same.
 */
@MainlyOn("wildfly")
class PageTerminalIT extends InBrowser {

    private static final String ESC = "\u001b";

    private final String task = api.createTask();

    @Test
    void coloursOfTheTerminalAreShown() {
        publish("""
                [^[1;34mINFO^[m] ^[1;32mBUILD SUCCESS^[m
                ^[31mred goes on
                over the line's end^[0m and stops
                ^[38;5;208morange^[0m ^[38;2;80;80;255mblue^[0m
                """);
        TaskPage view = watch(window(), task);
        assertThat(view.line(0)).hasText("[INFO] BUILD SUCCESS");
        assertThat(view.line(0).locator(".ansi-bold")).hasText(new String[] {"INFO", "BUILD SUCCESS"});
        assertThat(colour(view.line(0).getByText("BUILD SUCCESS")))
                .isNotEqualTo(colour(view.line(0).getByText("INFO", new Locator.GetByTextOptions().setExact(true))));
        assertThat(colour(view.line(1).locator("span")))
                .isEqualTo(colour(view.line(2).locator("span")));
        assertThat(view.line(2).locator("span")).hasText("over the line's end");
        assertThat(view.line(3).locator("[style*=color]")).hasCount(2);
    }

    @Test
    void textBehindALinkIsShownAndFoundAndDownloaded() {
        String sent = "^]8;;https://e.org^\\^[34mlink^[0m^]8;;^\\ BUILD FAILED\n".replace("^", ESC);
        publish(sent);
        TaskPage view = watch(window(), task);
        assertThat(view.line(0)).hasText("link BUILD FAILED");
        assertThat(view.line(0).locator("a")).hasAttribute("href", "https://e.org");
        view.part("search").fill("build failed");
        assertThat(view.part("search-count")).hasText("1 / 1");
        assertThat(view.download("download-text")).isEqualTo(sent);
        assertThat(view.download("download-log")).isEqualTo(sent);
    }

    @Test
    void aProgressBarIsDrawnAgainInItsLine() {
        TaskPage view = watch(window(), task);
        view.awaitConnected();
        publish("10%\r");
        assertThat(view.line(0)).hasText("10%");
        publish("^[32m20%\r");
        publish("100%\r");
        assertThat(view.line(0)).hasText("100%");
        publish("\nnext\r\n");
        assertThat(view.line(1)).hasText("next");
        assertThat(view.rows("text")).hasCount(2);
        assertThat(view.download("download-text")).isEqualTo("10%\r\u001b[32m20%\r100%\r\nnext\r\n");
    }

    @Test
    void barsOfSeveralLinesAreDrawnAgainWhereTheyAre() {
        TaskPage view = watch(window(), task);
        view.awaitConnected();
        publish("before\n^[?25l[+] Building 0/2\n => one\n => two\n");
        assertThat(view.line(3)).hasText("=> two");
        view.part("search").fill("done");
        assertThat(view.part("search-count")).hasText("No match");
        publish("^[3A^[2K[+] Building 2/2\n^[34m => one done^[0m\n^[34m => two done^[0m\n^[?25h");
        assertThat(view.line(1)).hasText("[+] Building 2/2");
        assertThat(view.part("search-count")).hasText("2");
        publish("after\n");
        assertThat(view.rows("text")).hasCount(5);
        assertThat(view.line(4)).hasText("after");
        publish("^[2A^[Jend\n");
        assertThat(view.rows("text")).hasCount(4);
        assertThat(view.part("search-count")).containsText("1");
    }

    @Test
    void numbersAreShownAsTheyWereSent() {
        api.publish(task, "[{\"id\":12345678901234567890,\"n\":[1e400,0.00042],\"n\":2}]");
        TaskPage view = watch(window(), task);
        assertThat(view.rows("json")).containsText("{\"id\":12345678901234567890,\"n\":[1e400,0.00042],\"n\":2}");
        view.rows("json").getByTestId("item-toggle").click();
        assertThat(view.rows("json").filter(new Locator.FilterOptions().setHasText("12345678901234567890,")))
                .hasCount(2);
        assertThat(view.download("download-ndjson")).contains("1e400");
    }

    /** Badges, all sixteen colours on all sixteen grounds, and what else a style has. */
    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void everyColourCanBeRead(ColorScheme scheme) {
        var text = new StringBuilder("^[0m^[7m^[1m^[32m PASS ^[39m^[22m^[27m^[0m cart.test.js  ^[41;37m FAIL ^[0m  ")
                .append(
                        "^[2mfaint^[0m ^[3mitalic^[0m ^[4mline^[0m ^[4:3mwavy^[0m ^[9mstruck^[0m ^[7minverse^[0m ^[2;31mfaint red^[0m\n");
        for (int ground = 0; ground < 16; ground++) {
            for (int colour = 0; colour < 16; colour++) {
                text.append("^[48;5;%d;38;5;%dm %02d ^[0m".formatted(ground, colour, colour));
            }
            text.append(" ^[48;5;%dm on %d ^[0m ^[38;5;%dm text %d^[0m ^[7;38;5;%dm inverse ^[0m\n"
                    .formatted(ground, ground, ground, ground, ground));
        }
        publish(text.toString());
        TaskPage view = watch(window(desktop().setColorScheme(scheme)), task);
        assertThat(view.line(16)).isVisible();
        screenshot(view.page(), "palette-" + scheme.name().toLowerCase(Locale.ROOT));
        assertThat(Axe.seriousFindings(view.page())).isEmpty();
    }

    private void publish(String text) {
        String sent = text.replace("^[", ESC + "[");
        assertThat(api.post("/tasks/" + task + "/events", "text/plain", sent).statusCode())
                .isEqualTo(200);
    }

    private static String colour(Locator text) {
        return (String) text.evaluate("element => getComputedStyle(element).color");
    }
}
