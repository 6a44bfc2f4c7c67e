package io.taskstream.text;

/**
 * Removes the control sequences of terminals (ECMA-48, sections 5.4 to 5.6, and what xterm adds) from a text that comes in
 * pieces, which may be cut anywhere. A sequence that is malformed ends where it stops being one. What a control string without an
 * end would have swallowed is text. So it is on the page, too: see {@code escapes.js}. Not thread-safe.
 */
public final class ControlSequences {

    private static final char ESC = '\u001b';

    /** After ESC these begin a string: OSC, DCS, SOS, PM, APC, and screen's title. */
    private static final String STRINGS = "]PX^_k";

    /** A control string that goes on for longer is text; the heap holds as much. In characters. */
    private static final int MOST_IN_STRING = 1 << 20;

    /** The same for other sequences. */
    private static final int MOST_IN_SEQUENCE = 256;

    private enum State {
        TEXT,
        ESCAPE,
        ESCAPE_INTERMEDIATE,
        CSI_PARAMETER,
        CSI_INTERMEDIATE,
        STRING,
        STRING_ESCAPE
    }

    /** The control string that has begun, without its ESC. */
    private final StringBuilder string = new StringBuilder();

    private State state = State.TEXT;
    private int length;

    /** Returns whether no sequence has begun that has not ended. */
    public boolean isOutside() {
        return state == State.TEXT;
    }

    /** Appends to {@code out} all of a piece that belongs to no sequence. */
    public void strip(String piece, StringBuilder out) {
        int at = 0;
        while (at < piece.length()) {
            if (state != State.TEXT) {
                at += takes(piece.charAt(at), out) ? 1 : 0;
                continue;
            }
            int escape = piece.indexOf(ESC, at);
            int end = escape < 0 ? piece.length() : escape;
            out.append(piece, at, end);
            at = end + 1;
            if (escape >= 0) {
                enter(State.ESCAPE);
            }
        }
    }

    /** Appends what turns out to be text because nothing follows. */
    public void end(StringBuilder out) {
        if (state == State.STRING || state == State.STRING_ESCAPE) {
            out.append(string);
        }
        leave();
    }

    private void enter(State next) {
        state = next;
        length = 1;
    }

    private void leave() {
        state = State.TEXT;
        string.setLength(0);
    }

    /** Reads a character within a sequence; returns whether it belongs to it. */
    private boolean takes(char c, StringBuilder out) {
        return switch (state) {
            case STRING -> takesInString(c, out);
            case STRING_ESCAPE -> {
                if (c == '\\') {
                    leave();
                    yield true;
                }
                out.append(string);
                leave();
                enter(State.ESCAPE);
                yield false;
            }
            default -> takesInSequence(c);
        };
    }

    private boolean takesInString(char c, StringBuilder out) {
        if (c == ESC) {
            state = State.STRING_ESCAPE;
            return true;
        }
        if (c == '\u0007' || c == '\u009c') {
            leave();
            return true;
        }
        if (c < ' ' || c == '\u007f' || string.length() >= MOST_IN_STRING) {
            out.append(string);
            leave();
            return false;
        }
        string.append(c);
        return true;
    }

    private boolean takesInSequence(char c) {
        boolean isFirst = state == State.ESCAPE;
        boolean isCsi = state == State.CSI_PARAMETER || state == State.CSI_INTERMEDIATE;
        if (isFirst && c == '[') {
            state = State.CSI_PARAMETER;
        } else if (isFirst && STRINGS.indexOf(c) >= 0) {
            state = State.STRING;
            string.append(c);
        } else if (length++ >= MOST_IN_SEQUENCE) {
            leave();
            return false;
        } else if (c >= ' ' && c <= '/') {
            state = isCsi ? State.CSI_INTERMEDIATE : State.ESCAPE_INTERMEDIATE;
        } else if (state != State.CSI_PARAMETER || c < '0' || c > '?') {
            leave();
            return c >= (isCsi ? '@' : '0') && c <= '~';
        }
        return true;
    }
}
