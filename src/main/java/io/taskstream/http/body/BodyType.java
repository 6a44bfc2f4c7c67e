package io.taskstream.http.body;

import io.taskstream.client.Names;
import io.taskstream.http.Problem;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The Content-Type of a body (RFC 9110, section 8.3).
 *
 * @param name the media type in lower case, without parameters
 * @param charset the charset of its text
 */
public record BodyType(String name, Charset charset) {

    public static final String JSON = "application/json";
    public static final String JSON_LINES = Names.JSON_LINES;
    public static final String TEXT = "text/plain";

    private static final String PART = Names.PARTIAL_UPLOAD;

    private static final BodyType USUAL = new BodyType(JSON, StandardCharsets.UTF_8);

    /**
     * Parses the type of events. A charset must encode line ends as ASCII does, because lines are split before they are
     * decoded.
     */
    public static BodyType ofEvents(@Nullable String header) {
        if (JSON.equals(header)) {
            return USUAL;
        }
        BodyType type = parse(header, "Events must be sent as " + JSON + ", " + JSON_LINES + " or " + TEXT);
        return switch (type.name) {
            case JSON -> type.inUtf8();
            case JSON_LINES, TEXT -> type.inLines();
            default -> throw unsupported("Events must be sent as " + JSON + ", " + JSON_LINES + " or " + TEXT);
        };
    }

    /** Parses the type of an upload. Its bytes are in UTF-8, because a request may end at any of them. */
    public static BodyType ofUpload(@Nullable String header) {
        String taken = "An upload is " + TEXT + " or " + JSON_LINES + ", in UTF-8";
        BodyType type = parse(header, taken);
        boolean isKnown = type.name.equals(TEXT) || type.name.equals(JSON_LINES);
        if (!isKnown || !type.charset.equals(StandardCharsets.UTF_8)) {
            throw unsupported(taken);
        }
        return type;
    }

    /** Checks that a body is a part of an upload. Such bytes have no charset of their own; the upload's is UTF-8. */
    public static void checkPart(@Nullable String header) {
        String taken = "The bytes of an upload must be sent as " + PART + ", in UTF-8";
        BodyType type = parse(header, taken);
        if (!type.name.equals(PART) || !type.charset.equals(StandardCharsets.UTF_8)) {
            throw unsupported(taken);
        }
    }

    /** Checks that a body is JSON. */
    public static void checkJson(@Nullable String header) {
        BodyType type = parse(header, "The body must be sent as " + JSON);
        if (!type.name.equals(JSON)) {
            throw unsupported("The body must be sent as " + JSON);
        }
        BodyType unused = type.inUtf8();
    }

    private static BodyType parse(@Nullable String header, String taken) {
        if (header == null || header.isBlank()) {
            throw unsupported("There is no Content-Type. " + taken);
        }
        try {
            MediaType type = MediaType.valueOf(header);
            String charset = type.getParameters().get(MediaType.CHARSET_PARAMETER);
            String name = type.getType() + '/' + type.getSubtype();
            return new BodyType(
                    name.toLowerCase(Locale.ROOT), charset == null ? StandardCharsets.UTF_8 : Charset.forName(charset));
        } catch (UnsupportedCharsetException | IllegalCharsetNameException e) {
            throw unsupported("This charset is not supported; use UTF-8");
        } catch (IllegalArgumentException e) {
            throw unsupported("This Content-Type is malformed. " + taken);
        }
    }

    /** JSON is in UTF-8 (RFC 8259, section 8.1), of which ASCII is a part. */
    private BodyType inUtf8() {
        if (!charset.equals(StandardCharsets.UTF_8) && !charset.equals(StandardCharsets.US_ASCII)) {
            throw unsupported("JSON must be in UTF-8");
        }
        return this;
    }

    private BodyType inLines() {
        boolean isOneByteACharacter =
                charset.canEncode() && charset.newEncoder().maxBytesPerChar() <= 1 && isAscii("a\n{}");
        if (!charset.equals(StandardCharsets.UTF_8) && !isOneByteACharacter) {
            throw unsupported("Lines must be in UTF-8, or in a single-byte charset that contains ASCII");
        }
        return this;
    }

    private boolean isAscii(String text) {
        return new String(text.getBytes(charset), StandardCharsets.US_ASCII).equals(text);
    }

    private static WebApplicationException unsupported(String detail) {
        return Problem.of(415, detail).asException();
    }
}
