package io.taskstream.task;

import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The id of a task: 1 to 128 of the characters that a URI path segment takes unescaped (RFC 3986, section 2.3), but not
 * {@code .} or {@code ..}, which clients and proxies remove from a path (section 5.2.4).
 *
 * @param value the id as a path has it
 */
public record TaskId(String value) implements Comparable<TaskId> {

    private static final Pattern FORM = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._~-]{1,128}");

    /**
     * @throws InvalidTaskException if the value has another form
     */
    public TaskId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidTaskException(
                    "id", "A task id is 1 to 128 of the characters A-Z a-z 0-9 . _ ~ - and neither . nor ..");
        }
    }

    /** Returns a new UUIDv7 (RFC 9562, section 5.7), so that ids made later sort later. */
    public static TaskId generate(InstantSource time, RandomGenerator random) {
        long version7 = (time.millis() << 16) | 0x7000 | (random.nextLong() & 0x0fff);
        long variant2 = 0x8000_0000_0000_0000L | (random.nextLong() >>> 2);
        return new TaskId(new UUID(version7, variant2).toString());
    }

    @Override
    public int compareTo(TaskId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
