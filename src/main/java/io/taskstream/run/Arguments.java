package io.taskstream.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The program's arguments, as bytes of its caller and as characters of Java. */
final class Arguments {

    private Arguments() {}

    /**
     * Tells whether a command gets the arguments that the runner has got. Java decodes them with the locale's charset, before
     * the program starts: in the locale C each byte beyond ASCII becomes a question mark. Only Linux tells the bytes.
     */
    static boolean areWhole(List<String> arguments) {
        try {
            return areWhole(
                    arguments,
                    Files.readAllBytes(Path.of("/proc/self/cmdline")),
                    Charset.forName(System.getProperty("sun.jnu.encoding", "")));
        } catch (IOException | IllegalArgumentException e) {
            return true;
        }
    }

    /**
     * @param line the whole command line, with a zero behind each argument
     * @param charset with which Java has decoded the arguments, and encodes them again
     */
    static boolean areWhole(List<String> arguments, byte[] line, Charset charset) {
        var encoded = new ByteArrayOutputStream();
        boolean isAscii = true;
        for (byte b : line) {
            isAscii &= b >= 0;
        }
        for (String argument : arguments) {
            encoded.writeBytes(argument.getBytes(charset));
            encoded.write(0);
        }
        int from = Math.max(0, line.length - encoded.size());
        return isAscii || Arrays.equals(encoded.toByteArray(), Arrays.copyOfRange(line, from, line.length));
    }
}
