package io.taskstream.it.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A command that prints numbered lines, and now and then a line that is redrawn, until it is told to stop. */
public final class NumberedLines {

    /** How many lines come at once, before a line that is redrawn. */
    private static final int BATCH = 10;

    private static final String SCRIPT = """
            n=0
            until [ -e "$1/stop" ]; do
              for i in 1 2 3 4 5 6 7 8 9 10; do
                n=$((n + 1))
                echo "line $n: 5 €, 𝄞"
              done
              printf '%s lines\\r' $n
              sleep 0.2
            done
            echo $n >"$1/count-$2"
            exit $2
            """;

    private final Path directory;
    private final Path script;

    /** Writes the command into a directory. Several processes may run it. */
    public NumberedLines(Path directory) throws IOException {
        this.directory = directory;
        this.script = Files.writeString(directory.resolve("lines.sh"), SCRIPT);
    }

    /**
     * Returns the command's words.
     *
     * @param code its exit code, another one for each process
     */
    public List<String> words(int code) {
        return List.of("/bin/sh", script.toString(), directory.toString(), Integer.toString(code));
    }

    /** Stops all processes after their next lines. */
    public void stop() throws IOException {
        Files.createFile(directory.resolve("stop"));
    }

    /** What the process with that exit code, which has ended, has printed. */
    public String text(int code) {
        var text = new StringBuilder();
        for (int n = 1; n <= count(code); n++) {
            text.append("line ").append(n).append(": 5 €, 𝄞\n");
            if (n % BATCH == 0) {
                text.append(n).append(" lines\r");
            }
        }
        return text.toString();
    }

    /** How many lines the process with that exit code has printed. */
    public int count(int code) {
        try {
            return Integer.parseInt(
                    Files.readString(directory.resolve("count-" + code)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells where a text differs from what is expected; empty if it does not. */
    public static String difference(String text, String expected) {
        int at = Arrays.mismatch(text.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
        if (at < 0) {
            return "";
        }
        int from = Math.max(0, Arrays.mismatch(text.toCharArray(), expected.toCharArray()) - 50);
        return "at byte %d there is «%s» in place of «%s»".formatted(at, excerpt(text, from), excerpt(expected, from));
    }

    private static String excerpt(String text, int from) {
        return text.substring(Math.min(text.length(), from), Math.min(text.length(), from + 200));
    }
}
