package io.taskstream.it.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.wire.RawConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Spellings of a path that one part of a server could treat as public while another serves a protected one. Called
 * without a token, nothing but the public parts answers, and nothing fails.
 */
final class PathTricks {

    /** Strings that reveal a task. */
    private static final String SECRET = "a-title-that-nobody-is-told";

    /** Paths of protected resources. */
    private static final List<String> TARGETS = List.of("tasks", "metrics", "admin/drain", "tasks/TASK/events");

    /** Variants of each target. */
    private static final List<String> TRICKS = List.of(
            "//%s",
            "///%s",
            "/./%s",
            "/.//%s",
            "/%%2e/%s",
            "/\\%s",
            "/%%5c%s",
            "/%%2f%s",
            "/;/%s",
            "/;a=b/%s",
            "/%s/",
            "/%s//",
            "/%s;",
            "/%s;a=b",
            "/%s;jsessionid=0123456789abcdef",
            "/%s;/health",
            "/%s/;/",
            "/%s.",
            "/%s/.",
            "/%s/./",
            "/%s%%20",
            "/%s%%09",
            "/%s%%00",
            "/%s%%00.css",
            "/%s%%0a",
            "/%s%%0d%%0aX:y",
            "/%s%%3f",
            "/%s%%23",
            "/%s%%3b",
            "/%s?/health",
            "/%s#/health",
            "/%s/../health",
            "/%s/..;/health",
            "/%s/..;/%s",
            "/%s/%%2e%%2e/%s",
            "/%s/%%2e%%2e;/%s",
            "/health/../%s",
            "/health/..;/%s",
            "/health/..;x=y/%s",
            "/health;/../%s",
            "/health;x/..;y/%s",
            "/health/%%2e%%2e/%s",
            "/health/%%2E%%2E/%s",
            "/health/%%2e%%2e%%2f%s",
            "/health/.%%2e/%s",
            "/health/%%252e%%252e/%s",
            "/health/..%%2f%s",
            "/health/..%%252f%s",
            "/health/..%%5c%s",
            "/health/..\\%s",
            "/health%%2f..%%2f%s",
            "/health%%2f%%2e%%2e%%2f%s",
            "/health/../../%s",
            "/health/x/../../%s",
            "/health/..%%c0%%af%s",
            "/health/%%c0%%ae%%c0%%ae/%s",
            "/health/%%u002e%%u002e/%s",
            "/health/%s",
            "/health//%s",
            "/page/../%s",
            "/page/..;/%s",
            "/page/%%2e%%2e/%s",
            "/page/..%%2f%s",
            "/page/app.js/../../%s",
            "/page/app.js/..;/..;/%s",
            "/openapi.yaml/../%s",
            "/openapi.yaml/..;/%s",
            "/asyncapi.yaml;/../%s",
            "/doctor/stream/../../%s",
            "/doctor/stream/..;/..;/%s",
            "/error/../%s",
            "/error/..;/%s",
            "/error/%s",
            "/WEB-INF/../%s",
            "/WEB-INF/..;/%s",
            "/META-INF/..;/%s",
            "/%s/../../../../etc/passwd",
            "/..%%2f..%%2f..%%2fetc%%2fpasswd",
            "/../%s",
            "/../../%s",
            "/..;/%s",
            "/%%2e%%2e/%s",
            "http://localhost/%s",
            "http://health/../%s",
            "HTTP://LOCALHOST//%s",
            "*");

    /** Other spellings of the first target. */
    private static final List<String> SPELLINGS = List.of(
            "/TASKS",
            "/Tasks",
            "/%74asks",
            "/%54asks",
            "/t%61sks",
            "/%2574asks",
            "/t\u00e4sks",
            "/tasks%",
            "/tasks%z",
            "/tasks%zz",
            "/tasks%e4",
            "/%ff%fe",
            "/web-inf/web.xml",
            "/WEB-INF/web.xml",
            "/WEB-INF/..;/WEB-INF/web.xml",
            "/%57EB-INF/web.xml",
            "/META-INF/LICENSE",
            "/WEB-INF/classes/io/taskstream/app/Settings.class",
            "/page/%2e%2e/api/openapi.yaml",
            "/page/../../WEB-INF/web.xml",
            "/page/x/../index.html");

    /** The statuses of a refusal. */
    private static final Predicate<String> REFUSED =
            Pattern.compile("^(HTTP/1\\.1 4\\d\\d |$)").asPredicate();

    /** Payara has its own health application, which answers under any path below. */
    private static final Predicate<String> HEALTH = Pattern.compile(
                    "^HTTP/1\\.1 200 [^{]*\r\n\r\n\\{\"status\":\"UP\",\"checks\":\\[[^]]*]}$")
            .asPredicate();

    /** The public page, and the empty answer of Payara to a path that it can't decode. */
    private static boolean isPublic(String answer) {
        return answer.startsWith("HTTP/1.1 200")
                && (answer.contains("<title>Taskstream") || answer.endsWith("\r\n\r\n"));
    }

    private final GuardedServer guarded;
    private final String task;

    /**
     * Publishes what must not be seen.
     *
     * @param publisher a token that may publish to any task
     */
    PathTricks(GuardedServer guarded, String publisher) {
        this.guarded = guarded;
        this.task = guarded.createTask(publisher);
        guarded.publish(publisher, task, "\"" + SECRET + "\"");
    }

    /** Tries them all. */
    void assertHarmless() {
        List<String> paths = new ArrayList<>(SPELLINGS);
        for (String trick : TRICKS) {
            for (String target : TARGETS) {
                String path = target.replace("TASK", task);
                paths.add(trick.formatted(path, path));
            }
        }
        List<String> wrong = new ArrayList<>();
        for (String path : paths) {
            for (String method : path.contains("drain") ? List.of("GET", "POST") : List.of("GET")) {
                check(method + " " + path, wrong);
            }
        }
        System.out.printf("Path tricks on %s: %d paths%n", System.getProperty("it.server"), paths.size());
        assertThat(wrong).isEmpty();
        assertThat(guarded.api().get("/health/ready").statusCode())
                .as("nothing has drained it")
                .isEqualTo(200);
        assertThat(guarded.log()).doesNotContain("not foreseen");
    }

    private void check(String request, List<String> wrong) {
        String head = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        String answer = RawConnection.exchange(guarded.server().url(), head.getBytes(ISO_8859_1));
        boolean isHarmless = (REFUSED.or(HEALTH).test(answer) || isPublic(answer))
                && !answer.contains(SECRET)
                && !answer.contains(task + "\"")
                && (isPublic(answer) || !answer.toLowerCase(Locale.ROOT).contains("<html"));
        if (!isHarmless) {
            wrong.add(request + " -> " + answer.substring(0, Math.min(600, answer.length())));
        }
    }
}
