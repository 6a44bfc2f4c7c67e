package io.taskstream.run;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A command that runs as a child process, with one pipe for both of its outputs. */
final class Command {

    private final Process process;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private volatile boolean isCancelled;

    private Command(Process process) {
        this.process = process;
    }

    /**
     * Starts a command in this directory, with this environment and this standard input.
     *
     * @throws IOException if there is no such program, or it may not be run
     */
    static Command start(List<String> command) throws IOException {
        return new Command(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Returns both outputs, in the order in which they were written. */
    InputStream output() {
        return process.getInputStream();
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

    /** {@link Process#destroy} would close the pipe, too, and what the command says at last would be lost. */
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
