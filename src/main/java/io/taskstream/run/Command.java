package io.taskstream.run;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A command that runs as a child process, with one pipe for both of its outputs. */
final class Command {

    private final Process process;
    private final InputStream output;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private volatile boolean isCancelled;

    private Command(Process process, InputStream output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts a command in this directory, with this environment and this standard input.
     *
     * @param directory exists; it is left as it was
     * @throws IOException if there is no such program, or it may not be run
     */
    static Command start(List<String> command, Path directory) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(input());
        Path pipe = directory.resolve("pipe");
        if (!isMade(pipe)) {
            Process process = builder.start();
            return new Command(process, process.getInputStream());
        }
        // An open of one end alone would wait for the other.
        var bothEnds = new RandomAccessFile(pipe.toFile(), "rw");
        var output = new FileInputStream(pipe.toFile());
        try {
            return new Command(builder.redirectOutput(pipe.toFile()).start(), output);
        } catch (IOException e) {
            output.close();
            throw e;
        } finally {
            bothEnds.close();
            Files.delete(pipe);
        }
    }

    /** Without a standard input, as after {@code <&-}, the JVM's first file takes its place. */
    private static Redirect input() {
        try {
            Path modules = Path.of(System.getProperty("java.home"), "lib", "modules");
            if (Files.isSameFile(Path.of("/dev/stdin"), modules)) {
                return Redirect.from(new File("/dev/null"));
            }
        } catch (IOException e) {
            // There are no such files.
        }
        return Redirect.INHERIT;
    }

    /**
     * Makes a pipe with a name. Java closes its own pipe at the command's exit, and with it what the command's children still
     * write is lost. Java has no other pipe that a process can write to, and a shell or {@code cat} in between would get the
     * terminal's signals.
     *
     * @return {@code false} where there are none, as on Windows, on which Java leaves its own open
     */
    private static boolean isMade(Path pipe) throws InterruptedException {
        try {
            return new ProcessBuilder("mkfifo", "-m", "600", pipe.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns both outputs, in the order in which they were written. It ends when no process can write to it any more. */
    InputStream output() {
        return output;
    }

    /**
     * Waits for the command's end, and when it is cancelled for that of its descendants.
     *
     * @return its exit code, 128 + n if signal n ended it
     */
    int await() throws InterruptedException {
        int code = process.waitFor();
        if (isCancelled) {
            cancelled.await();
        }
        return code;
    }

    boolean isRunning() {
        return process.isAlive();
    }

    boolean isCancelled() {
        return isCancelled;
    }

    /**
     * Sends SIGTERM to the command, and after the grace SIGKILL to what is still there of it and of its descendants. Returns
     * when none is there any more.
     */
    void cancel(Duration grace) throws InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        isCancelled = true;
        List<ProcessHandle> tree = new ArrayList<>(tree().toList());
        terminate();
        long deadline = System.nanoTime() + grace.toNanos();
        while (tree.stream().anyMatch(ProcessHandle::isAlive) && deadline - System.nanoTime() > 0) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        tree.addAll(tree().toList());
        tree.forEach(ProcessHandle::destroyForcibly);
        cancelled.countDown();
    }

    /** {@link Process#destroy} would close Java's own pipe, too, and what the command says at last would be lost. */
    private void terminate() {
        process.toHandle().destroy();
    }

    private Stream<ProcessHandle> tree() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    /**
     * Passes a signal on to the command. A terminal sends SIGINT to the command itself: twice would end many programs before
     * they have cleaned up.
     */
    void signal(String name) {
        if (name.equals("TERM")) {
            terminate();
        } else if (!name.equals("INT") || !hasTerminal()) {
            try {
                new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
                        .inheritIO()
                        .start();
            } catch (IOException e) {
                terminate();
            }
        }
    }

    private static boolean hasTerminal() {
        try (var terminal = new FileInputStream("/dev/tty")) {
            return terminal.getFD().valid();
        } catch (IOException e) {
            return false;
        }
    }
}
