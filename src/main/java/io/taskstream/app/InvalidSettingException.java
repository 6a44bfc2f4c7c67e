package io.taskstream.app;

/** The error of an invalid setting. Its message names the key, the value, and what is valid. */
final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    InvalidSettingException(String key, String value, String expected) {
        super("The setting " + key + " is '" + value + "', but must be " + expected);
    }
}
