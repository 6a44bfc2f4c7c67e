package io.taskstream.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Holds scheduled tasks, and runs them when told. Like a real scheduler it never repeats a task that threw. */
public final class ManualScheduler extends AbstractExecutorService implements ScheduledExecutorService {

    private final List<Repeated> repeated = new ArrayList<>();
    private final List<Repeated> delayed = new ArrayList<>();

    /** Runs everything once. */
    public void tick() {
        for (Repeated each : List.copyOf(repeated)) {
            try {
                each.work.run();
            } catch (RuntimeException | Error e) {
                repeated.remove(each);
            }
        }
    }

    /** Runs what was scheduled to run once. */
    public void runDelayed() {
        List<Repeated> due = List.copyOf(delayed);
        delayed.clear();
        due.forEach(each -> each.work.run());
    }

    /** How much is scheduled to run once. */
    public int delayed() {
        return delayed.size();
    }

    /** How much is scheduled to run again and again. */
    public int scheduled() {
        return repeated.size();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable work, long delay, long pause, TimeUnit unit) {
        var each = new Repeated(work);
        repeated.add(each);
        return each;
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable work, long delay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
        var once = new Repeated(work);
        delayed.add(once);
        return once;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable work) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {
        repeated.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        repeated.clear();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }

    private final class Repeated extends CompletableFuture<Object> implements ScheduledFuture<Object> {

        private final Runnable work;

        Repeated(Runnable work) {
            this.work = work;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            repeated.remove(this);
            return super.cancel(mayInterrupt);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
