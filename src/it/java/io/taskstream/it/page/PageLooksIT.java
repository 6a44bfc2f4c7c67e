package io.taskstream.it.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.taskstream.it.MainlyOn;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page in the light and the dark theme and on a phone, and its accessibility. On one server: the page is the same. */
@MainlyOn("wildfly")
class PageLooksIT extends InBrowser {

    private static final String SOME_OF_EVERYTHING = """
            [{"type":"item_started","item":{"id":"1","title":"Compile","files":41}},
             {"type":"message_delta","text":"[\\u001b[1;34mINFO\\u001b[m] compiling \\u001b[36m41\\u001b[m files, \
            \\u001b[33mwith one warning\\u001b[m, into a directory whose name is longer than a phone is wide\\n"},
             {"type":"message_delta","text":"\\u001b[90mgrey\\u001b[m \\u001b[38;5;208morange\\u001b[m \
            \\u001b[41;97mon red\\u001b[m \\u001b[2mfaint\\u001b[m \\u001b[35mmagenta\\u001b[m \\u001b[92mgreen\\u001b[m\\n"},
             {"type":"token_usage","usage":{"input":1200,"output":345}},
             {"type":"approval_request","id":"7","command":"rm -r target"},
             {"type":"error","message":"one test failed"},
             {"type":"item_completed","item":{"id":"1","title":"Compile"}},
             {"any":"thing"}]""";

    /** What a build prints. */
    private static final String BUILD = """
            [\u001b[1;34mINFO\u001b[m] Scanning for projects...
            [\u001b[1;34mINFO\u001b[m] \u001b[1m--- compiler:3.16.0:compile (default-compile) @ shop ---\u001b[m
            [\u001b[1;34mINFO\u001b[m] Compiling 41 source files with javac [release 17] to target/classes
            [\u001b[1;33mWARNING\u001b[m] Cart.java: [deprecation] total() in Order has been deprecated
            [\u001b[1;34mINFO\u001b[m] \u001b[1m--- surefire:3.6.1:test (default-test) @ shop ---\u001b[m
            [\u001b[1;34mINFO\u001b[m] Running shop.\u001b[1mCartTest\u001b[m
            [\u001b[1;34mINFO\u001b[m] \u001b[1;32mTests run: 12\u001b[m, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.214 s
            [\u001b[1;34mINFO\u001b[m] Running shop.\u001b[1mCheckoutTest\u001b[m
            [\u001b[1;31mERROR\u001b[m] \u001b[1;31mTests run: 7, Failures: 1\u001b[m, Errors: 0, Skipped: 0, Time elapsed: 1.083 s
            [\u001b[1;31mERROR\u001b[m] CheckoutTest.\u001b[1;31mrejectsAnExpiredCard\u001b[m:48 expected: 402 but was: 200
            [\u001b[1;34mINFO\u001b[m] Running shop.\u001b[1mDeliveryTest\u001b[m
            """;

    private enum Look {
        LIGHT,
        DARK,
        PHONE,
        PHONE_DARK;

        NewContextOptions options() {
            NewContextOptions size = name().startsWith("PHONE") ? phone() : desktop();
            return size.setColorScheme(name().endsWith("DARK") ? ColorScheme.DARK : ColorScheme.LIGHT);
        }

        String file(String view) {
            return "look-" + view + "-" + name().toLowerCase(Locale.ROOT);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyViewLooksRightAndAxeFindsNothingSerious(Look look) {
        String task = api.createTask();
        api.publish(task, SOME_OF_EVERYTHING);
        Page page = window(look.options());

        page.navigate(api.at("/").toString());
        assertThat(page.locator("[data-id='" + task + "']")).isVisible();
        check(page, look.file("list"));
        page.getByTestId("create").click();
        check(page, look.file("create"));

        TaskPage view = watch(window(look.options()), task);
        view.awaitConnected();
        assertThat(view.rows("json")).hasCount(1);
        check(view.page(), look.file("task"));
        view.part("search").fill("warning");
        assertThat(view.page().locator("mark.current")).isVisible();
        view.part("menu-button").click();
        check(view.page(), look.file("menu"));

        Page doctor = window(look.options());
        doctor.navigate(api.at("/#/doctor").toString());
        assertThat(doctor.getByTestId("doctor-run")).isVisible();
        check(doctor, look.file("doctor"));
        doctor.getByTestId("help").click();
        check(doctor, look.file("help"));
    }

    private static void check(Page page, String name) {
        // Axe would judge a running animation by one moment of it.
        page.evaluate("Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity)"
                + ".map(a => a.finished.catch(() => {})))");
        screenshot(page, name);
        assertThat(Axe.seriousFindings(page)).as(name).isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing of %s is wider than the window", name)
                .isEqualTo(true);
    }

    /** Takes the picture that the README shows, {@code src/docs/page.png}. */
    @Test
    void theReadmeShowsATaskThatRuns() {
        String task = "shop-build-" + System.nanoTime();
        api.send(
                "PUT",
                "/tasks/" + task,
                "application/json",
                "{\"title\":\"Build of shop\",\"labels\":{\"branch\":\"main\"}}");
        api.publish(task, "{\"type\":\"item_started\",\"item\":{\"id\":\"1\",\"title\":\"mvn verify\"}}");
        api.post("/tasks/" + task + "/events", "text/plain", BUILD);
        TaskPage view = watch(window(desktop().setViewportSize(1000, 600)), task);
        view.awaitConnected();
        assertThat(view.line(11)).isVisible();
        screenshot(view.page(), "readme");
    }

    @Test
    void theThemeIsChosenByHandAndRemembered() {
        Page page = window();
        page.navigate(api.at("/").toString());
        String light = background(page);
        page.getByTestId("theme").click();
        page.getByTestId("theme").click();
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        assertThat(background(page)).isNotEqualTo(light);
        page.reload();
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
    }

    private static String background(Page page) {
        return (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
    }
}
