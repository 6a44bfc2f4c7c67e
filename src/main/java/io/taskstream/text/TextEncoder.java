package io.taskstream.text;

import io.taskstream.text.TextReader.Delta;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes deltas in UTF-8, with or without control sequences. Joined, the results are the whole text, also where a surrogate pair
 * is cut. Half a pair that stays alone becomes {@code ?}. Not thread-safe.
 */
public final class TextEncoder {

    private final StringBuilder text = new StringBuilder();
    private final @Nullable ControlSequences sequences;

    /**
     * @param sequences removes control sequences, {@code null} to keep them
     */
    public TextEncoder(@Nullable ControlSequences sequences) {
        this.sequences = sequences;
    }

    /** Returns whether nothing of what was encoded so far has effect on what follows. */
    public boolean isBetween() {
        return text.isEmpty() && (sequences == null || sequences.isOutside());
    }

    /** Returns the bytes of the deltas, but for half a character or sequence at the end. */
    public byte[] encode(List<Delta> deltas) {
        for (Delta delta : deltas) {
            if (sequences == null) {
                text.append(delta.text());
            } else {
                sequences.strip(delta.text(), text);
            }
        }
        int end = text.length();
        return take(end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /** Returns the bytes that were held back. */
    public byte[] end() {
        if (sequences != null) {
            sequences.end(text);
        }
        return take(text.length());
    }

    private byte[] take(int count) {
        byte[] bytes = text.substring(0, count).getBytes(StandardCharsets.UTF_8);
        text.delete(0, count);
        return bytes;
    }
}
