package io.taskstream.app;

/** A setting that Taskstream can't run with; the message names its key. */
final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    InvalidSettingException(String key, String value, String expected) {
        super("The setting " + key + " is '" + value + "', but must be " + expected);
    }
}
