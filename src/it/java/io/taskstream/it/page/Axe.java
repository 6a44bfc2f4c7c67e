package io.taskstream.it.page;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Deque's axe, which finds accessibility errors of a page. */
final class Axe {

    private static final String SCRIPT = script();

    private Axe() {}

    /** The serious and critical errors, each with its elements. */
    @SuppressWarnings("unchecked")
    static List<String> seriousFindings(Page page) {
        page.evaluate(SCRIPT);
        return (List<String>) page.evaluate("""
                async () => (await axe.run()).violations
                  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                  .map(({ id, nodes }) => id + ': ' + nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))""");
    }

    private static String script() {
        try (InputStream in = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
