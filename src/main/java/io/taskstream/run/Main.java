package io.taskstream.run;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The program: runs a command, or reads a pipe, and publishes the output. */
public final class Main {

    private static final int WRONG_USAGE = 64;
    private static final int NO_SPOOL = 73;
    private static final int NOT_PUBLISHED = 75;
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    /** Java 17 says "error=13, Permission denied", Java 25 "Exec failed, error: 13 (Permission denied)". */
    private static final Pattern NO_PERMISSION = Pattern.compile("error(=|: )13\\b");

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final long PATIENCE_MILLIS = 3000;

    private final Options options;
    private final Path directory;
    private final Spool spool;
    private final Server server;
    private final Publisher publisher;
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger signals = new AtomicInteger();
    private final Thread publishing = daemon("publish", this::publish);
    private volatile @Nullable Command command;
    private volatile @Nullable Tee tee;
    private volatile boolean isWaiting;

    /** When the command had ended; 0 before. */
    private volatile long exited;

    private Main(Options options) throws IOException {
        this.options = options;
        this.directory = Files.createTempDirectory("taskstream-run-");
        this.spool = new Spool(directory, options.spool, Spool.SEGMENT, System::nanoTime);
        this.server = new Server(options.server, options.task, REQUEST_TIMEOUT, token(options.token));
        this.publisher = new Publisher(server, spool, options, System::nanoTime, random, Main::say, this::watch);
    }

    /** Runs the program; {@code --help} describes its arguments. */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) throws InterruptedException {
        if (!Arguments.areWhole(arguments)) {
            say(
                    "Java cannot read the arguments in this locale, and the command would get others; LC_ALL=C.UTF-8 helps");
            return WRONG_USAGE;
        }
        try {
            var options = new Options(arguments);
            if (options.isHelp) {
                System.out.print(Options.USAGE);
                return 0;
            }
            return new Main(options).run();
        } catch (Options.WrongUsage e) {
            say(e.getMessage() + " (--help tells more)");
            return WRONG_USAGE;
        } catch (IOException e) {
            say("there can be no spool in the directory for temporary files: " + e.getMessage());
            return NO_SPOOL;
        }
    }

    private int run() throws InterruptedException {
        if (options.isIdGenerated) {
            say("the task is " + options.server + "/#/tasks/" + options.task);
        }
        int code = options.command.isEmpty() ? readPipe() : runCommand();
        publishing.join(PATIENCE_MILLIS);
        if (publishing.isAlive()) {
            isWaiting = true;
            say("the output has ended, but not all of it is published yet; Ctrl-C ends the wait");
            publishing.join();
        }
        boolean isPublished = publisher.phase() == Publisher.Phase.PUBLISHED;
        if (publisher.phase() == Publisher.Phase.GIVEN_UP) {
            keep(code);
        }
        spool.close();
        return options.command.isEmpty() && (!isPublished || spool.isLossy()) ? NOT_PUBLISHED : code;
    }

    private int readPipe() throws InterruptedException {
        Tee pipe = tee(System.in);
        Signals.handle(this::signalled);
        if (options.earlierUpload == null) {
            publishing.start();
        }
        pipe.await();
        if (options.earlierUpload != null) {
            // How much the server has of it can be judged only when all of it is known.
            if (spool.isLossy() || !pipe.isWhole()) {
                say(
                        "nothing was published, and the same call can publish it all: the input was not read to its end, or it"
                                + " is larger than --spool, or than what is free in the directory for temporary files");
                return 0;
            }
            publishing.start();
        }
        publisher.end(options.status, null);
        return 0;
    }

    private int runCommand() throws InterruptedException {
        try {
            Command started = Command.start(options.command, directory);
            command = started;
            Signals.handle(this::signalled);
            Tee pipe = tee(started.output());
            publishing.start();
            int code = started.await();
            exited = System.nanoTime();
            pipe.awaitAfterExit(SILENCE);
            publisher.end(status(started, code), code == 0 ? null : "exit code " + code);
            return code;
        } catch (IOException e) {
            String message = "cannot run the command: " + e.getMessage();
            say(message);
            publishing.start();
            publisher.end("failed", message);
            return NO_PERMISSION.matcher(message).find() ? NOT_EXECUTABLE : NOT_FOUND;
        }
    }

    private static String status(Command command, int code) {
        return command.isCancelled() ? "cancelled" : code == 0 ? "completed" : "failed";
    }

    private Tee tee(InputStream output) {
        OutputStream terminal =
                options.isQuiet ? OutputStream.nullOutputStream() : new FileOutputStream(FileDescriptor.out);
        var started = new Tee(output, terminal, spool);
        tee = started;
        daemon("read", started).start();
        return started;
    }

    private void publish() {
        while (!publisher.isOver()) {
            try {
                long seen = spool.changes();
                spool.await(seen, publisher.step());
            } catch (InterruptedException e) {
                publisher.stop();
            }
        }
        if (publisher.phase() == Publisher.Phase.REFUSED) {
            spool.discard();
        }
    }

    private void watch(@Nullable String lastEvent) {
        var watch = new CancelWatch(server, lastEvent, System::nanoTime, random, Main::say);
        daemon("watch", () -> {
                    try {
                        if (watch.run()) {
                            cancel();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .start();
    }

    private void cancel() throws InterruptedException {
        Command running = command;
        if (running == null) {
            say("the task was asked to cancel, but only the other end of the pipe can do that");
        } else {
            running.cancel(options.grace);
        }
    }

    /**
     * While the command runs, signals are for it. One that ended it must not also end the waits for its children's output and
     * for the server: those begin later. For a pipe the second signal ends the runner.
     */
    private void signalled(String name) {
        Command running = command;
        Tee reading = tee;
        if (running != null && running.isRunning()) {
            running.signal(name);
        } else if (isWaiting || (running == null && signals.incrementAndGet() > 1)) {
            publisher.stop();
            publishing.interrupt();
            stop(reading);
        } else if (exited != 0 && System.nanoTime() - exited > PATIENCE_MILLIS * 1_000_000) {
            stop(reading);
        }
    }

    private static void stop(@Nullable Tee reading) {
        if (reading != null) {
            reading.stop();
        }
    }

    private void keep(int code) {
        long size = spool.size();
        try {
            String position = publisher.offset(spool.keep());
            List<Path> files = files();
            String runner = "java -jar taskstream-run.jar --continue " + position + " --status " + endStatus(code) + " "
                    + options.server + "/tasks/" + options.task;
            say("gave up. " + size + " bytes were not published; they are kept in " + directory);
            say("to publish them: "
                    + (files.size() == 1 ? runner + " < " + files.get(0) : "cat " + directory + "/* | " + runner));
        } catch (IOException e) {
            say("gave up. " + size + " bytes were not published; what there is of them is in " + directory + ": "
                    + e.getMessage());
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private String endStatus(int code) {
        Command ended = command;
        return ended == null ? options.status : status(ended, code);
    }

    /** Reads the token's file for each request, since the token in it is renewed. */
    private static Supplier<@Nullable String> token(@Nullable String option) {
        String file = System.getenv("TASKSTREAM_TOKEN_FILE");
        String fixed = option != null ? option : System.getenv("TASKSTREAM_TOKEN");
        return () -> {
            String token = option == null && file != null ? read(file) : fixed;
            return token != null && Options.isToken(token.strip()) ? token.strip() : null;
        };
    }

    private static @Nullable String read(String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return null;
        }
    }

    private static Thread daemon(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private static void say(String message) {
        System.err.println("taskstream: " + message);
    }
}
