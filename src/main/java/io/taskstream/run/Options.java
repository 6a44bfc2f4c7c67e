package io.taskstream.run;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command line. It has no {@code toString}, since it holds the token. */
final class Options {

    static final String USAGE = """
            Runs a command and publishes its output as a task.

              java -jar taskstream-run.jar [options] URL -- COMMAND [ARGUMENT...]
              COMMAND 2>&1 | java -jar taskstream-run.jar [options] URL

            URL is the task's, http://host/tasks/build, or the server's, http://host/.

              --id ID               the task's id, if URL has none; without both it is generated
              --title TEXT          the task's title, if the task is new
              --label KEY=VALUE     a label, if the task is new; any number of times
              --token TOKEN         the token; others on this machine can see it here. Better are
                                    the environment variables TASKSTREAM_TOKEN, or TASKSTREAM_TOKEN_FILE,
                                    a file that is read again for each request
              --quiet               does not show the command's output
              --spool SIZE          output that waits for the server at most, such as 64m or 2g (1g)
              --give-up-after TIME  how long to go on after the command's end without success,
                                    such as 90s, 15m or 2h; 0 is for ever (15m)
              --grace TIME          from SIGTERM to SIGKILL when the task is cancelled (10s)
              --status STATUS       how a pipe ends its task: completed, failed or cancelled (completed)
              --continue NAME@BYTE  goes on with an upload of an earlier run, as that run has printed it
              --help                prints this

            Exit codes: the command's own; 126 or 127 if it cannot be started; for a pipe 0, or 75 if not
            all was published; 64 for a wrong command line; 73 if there can be no spool.
            """;

    private static final Set<String> FLAGS = Set.of("--help", "--quiet");
    private static final Set<String> STATUSES = Set.of("completed", "failed", "cancelled");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");
    private static final Pattern PATH = Pattern.compile("(?<prefix>.*?)(?:/tasks(?:/(?<id>[^/]+))?)?/*");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(s|m|h|)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmg]|)");
    private static final Pattern EARLIER = Pattern.compile("([A-Za-z0-9._~-]{1,128})@(-?\\d{1,18})");

    /** The address of the server, without a slash at its end. */
    final String server;

    final String task;
    final boolean isIdGenerated;
    final boolean isHelp;
    final boolean isQuiet;
    final Map<String, String> labels = new LinkedHashMap<>();
    final @Nullable String title;
    final @Nullable String token;
    final Duration giveUpAfter;
    final Duration grace;
    final long spool;
    final String status;

    /**
     * The upload of an earlier run, and the offset in it of the pipe's first byte; negative if as many bytes are in front of
     * the upload.
     */
    final @Nullable String earlierUpload;

    final long earlierOffset;

    /** Empty for a pipe. */
    final List<String> command;

    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * @throws WrongUsage with a message for the user
     */
    Options(List<String> arguments) throws WrongUsage {
        int end = arguments.indexOf("--");
        command = end < 0 ? List.of() : List.copyOf(arguments.subList(end + 1, arguments.size()));
        check(end < 0 || !command.isEmpty(), "after -- there must be a command");
        Deque<String> rest = new ArrayDeque<>(end < 0 ? arguments : arguments.subList(0, end));
        String url = null;
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            if (argument.startsWith("-")) {
                readOption(argument, rest);
            } else {
                check(url == null, "there is more than one URL; put -- before the command");
                url = argument;
            }
        }
        isHelp = values.containsKey("--help");
        isQuiet = values.containsKey("--quiet");
        title = values.remove("--title");
        token = values.remove("--token");
        check(token == null || isToken(token), "--token is no token");
        giveUpAfter = time("--give-up-after", "15m");
        grace = time("--grace", "10s");
        boolean isLater = values.containsKey("--continue");
        spool = isLater && !values.containsKey("--spool") ? Long.MAX_VALUE : size("--spool", "1g");
        status = values.getOrDefault("--status", "completed");
        check(STATUSES.contains(status), "--status must be completed, failed or cancelled");
        check(command.isEmpty() || !values.containsKey("--status"), "--status is only for a pipe");
        Matcher earlier = match(EARLIER, "--continue", values.getOrDefault("--continue", "none@0"));
        check(command.isEmpty() || !isLater, "--continue is only for a pipe");
        earlierUpload = isLater ? earlier.group(1) : null;
        earlierOffset = Long.parseLong(earlier.group(2));
        Matcher path = PATH.matcher("");
        String id = values.get("--id");
        String origin = "";
        if (!isHelp) {
            URI uri = uri(url);
            origin = uri.getScheme() + "://" + uri.getRawAuthority();
            path = PATH.matcher(uri.getRawPath() == null ? "" : uri.getRawPath());
        }
        check(
                path.matches() && !path.group("prefix").contains("/tasks/"),
                "the URL must end with /tasks/ID, /tasks or /");
        String named = path.group("id");
        check(id == null || named == null || id.equals(named), "--id and the URL name different tasks");
        isIdGenerated = id == null && named == null;
        task = named != null ? named : id != null ? id : UUID.randomUUID().toString();
        check(
                ID.matcher(task).matches() && !task.equals(".") && !task.equals(".."),
                "a task's id is 1 to 128 of A-Z a-z 0-9 . _ ~ -");
        server = origin + path.group("prefix");
    }

    private void readOption(String argument, Deque<String> rest) throws WrongUsage {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        check(USAGE.contains("  " + name + " "), "there is no option " + name);
        if (FLAGS.contains(name)) {
            values.put(name, "");
            return;
        }
        check(equals >= 0 || !rest.isEmpty(), name + " needs a value");
        String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
        if (!name.equals("--label")) {
            values.put(name, value);
            return;
        }
        int separator = value.indexOf('=');
        check(separator > 0, "--label must be KEY=VALUE");
        labels.put(value.substring(0, separator), value.substring(separator + 1));
    }

    private static URI uri(@Nullable String url) throws WrongUsage {
        if (url == null) {
            throw new WrongUsage("the URL is missing");
        }
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            check(scheme.equals("http") || scheme.equals("https"), "the URL must begin with http:// or https://");
            check(uri.getHost() != null, "the URL names no host");
            check(uri.getRawUserInfo() == null, "the URL must not contain a user; use TASKSTREAM_TOKEN");
            check(uri.getRawQuery() == null && uri.getRawFragment() == null, "the URL must end with its path");
            return uri;
        } catch (URISyntaxException e) {
            throw new WrongUsage("the URL is none: " + e.getReason());
        }
    }

    private Duration time(String name, String otherwise) throws WrongUsage {
        Matcher time = match(TIME, name, values.getOrDefault(name, otherwise));
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofSeconds(number);
        };
    }

    private long size(String name, String otherwise) throws WrongUsage {
        Matcher size = match(SIZE, name, values.getOrDefault(name, otherwise).toLowerCase(Locale.ROOT));
        int shift = " kmg".indexOf(size.group(2).isEmpty() ? " " : size.group(2)) * 10;
        return Long.parseLong(size.group(1)) << shift;
    }

    private static Matcher match(Pattern pattern, String name, String value) throws WrongUsage {
        Matcher matcher = pattern.matcher(value);
        check(matcher.matches(), name + " has a wrong value: " + value);
        return matcher;
    }

    /** Tells whether the text can be sent in a header. */
    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static void check(boolean isRight, String message) throws WrongUsage {
        if (!isRight) {
            throw new WrongUsage(message);
        }
    }

    /** A command line that the runner cannot follow. */
    static final class WrongUsage extends Exception {

        private static final long serialVersionUID = 1;

        WrongUsage(String message) {
            super(message);
        }
    }
}
