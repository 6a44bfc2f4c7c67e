package io.taskstream.it.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Requests that are malformed or ambiguous about where they end (RFC 9112, sections 2.2, 5.1, 6.1, 6.3 and 7.1). Where they
 * have a body that another reader may take for a request, that request deletes a task.
 */
public final class SmugglingVariants {

    private static final String SMUGGLED = "DELETE /tasks/CANARY HTTP/1.1\r\nHost: test\r\n\r\n";

    /** Hides the first line of the next request. */
    private static final String HALF = "DELETE /tasks/CANARY HTTP/1.1\r\nHost: test\r\nX-Rest: ";

    private static final String POST = "POST /tasks/OWN/events HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n";
    private static final String GET = "GET /tasks/OWN HTTP/1.1\r\nHost: test\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    private SmugglingVariants() {}

    /** A part that is sent before a valid request. */
    public record Variant(String template) {

        /**
         * The text to send, a byte for each character.
         *
         * @param own the task that the request is about
         * @param canary the task that a smuggled request would delete; both ids have the same length
         */
        public String bytes(String own, String canary) {
            String smuggled = SMUGGLED.replace("CANARY", canary);
            String text = template.replace("SMUGGLED", smuggled)
                    .replace("HALF", HALF.replace("CANARY", canary))
                    .replace("OWN", own);
            return text.replace("LENGTH+5", Integer.toString(smuggled.length() + 5))
                    .replace("LENGTH", Integer.toString(smuggled.length()))
                    .replace("HEX", Integer.toHexString(smuggled.length()));
        }
    }

    /** All of them by name. */
    public static Map<String, Variant> all() {
        Map<String, Variant> all = new LinkedHashMap<>();
        length(all);
        coding(all);
        chunks(all);
        heads(all);
        return all;
    }

    private static void add(Map<String, Variant> all, String name, String template) {
        if (all.put(name, new Variant(template)) != null) {
            throw new IllegalStateException(name + " is there twice");
        }
    }

    private static void length(Map<String, Variant> all) {
        add(all, "CL and TE", POST + "Content-Length: LENGTH+5\r\n" + CHUNKED + "\r\n0\r\n\r\nSMUGGLED");
        add(all, "TE and CL", POST + CHUNKED + "Content-Length: 4\r\n\r\nHEX\r\nSMUGGLED\r\n0\r\n\r\n");
        add(all, "CL and TE, half a request", POST + "Content-Length: 6\r\n" + CHUNKED + "\r\n0\r\n\r\nX");
        String[][] lengths = {
            {"two lengths, the larger last", "Content-Length: 0\r\nContent-Length: LENGTH"},
            {"two lengths, the smaller last", "Content-Length: LENGTH\r\nContent-Length: 0"},
            {"a list of lengths", "Content-Length: LENGTH, 0"},
            {"a length with a plus", "Content-Length: +LENGTH"},
            {"a length with a minus", "Content-Length: -LENGTH"},
            {"a length with a space within", "Content-Length: 0 LENGTH"},
            {"a length in hexadecimal", "Content-Length: 0xHEX"},
            {"a length with a letter", "Content-Length: LENGTHa"},
            {"a length that overflows 32 bits", "Content-Length: 4294967296"},
            {"a length that overflows 64 bits", "Content-Length: 18446744073709551616"},
            {"no length in the field", "Content-Length: "},
            {"a space before the colon", "Content-Length : LENGTH"},
            {"a tab before the colon", "Content-Length\t: LENGTH"},
            {"a space before the name", "X: y\r\n Content-Length: LENGTH"},
            {"a length folded over two lines", "Content-Length:\r\n LENGTH"},
            {"an underscore in the name", "Content_Length: LENGTH"},
            {"a zero byte in the name", "Content-Length\0: LENGTH"},
            {"a zero byte in the value", "Content-Length: LENGTH\0"},
            {"a carriage return alone", "X: y\rContent-Length: LENGTH"},
            {"a line feed alone", "X: y\nContent-Length: LENGTH"}
        };
        for (String[] each : lengths) {
            add(all, each[0], POST + each[1] + "\r\n\r\nSMUGGLED");
        }
        add(all, "a GET with a body", GET + "Content-Length: LENGTH\r\n\r\nSMUGGLED");
    }

    private static void coding(Map<String, Variant> all) {
        String[][] codings = {
            {"a coding that is none", "Transfer-Encoding: xchunked"},
            {"chunked and another", "Transfer-Encoding: chunked, identity"},
            {"chunked twice", "Transfer-Encoding: chunked, chunked"},
            {"two fields, chunked first", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow"},
            {"two fields, chunked last", "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked"},
            {"a space before the colon of the coding", "Transfer-Encoding : chunked"},
            {"a tab before the coding", "Transfer-Encoding:\tchunked"},
            {"a vertical tab before the coding", "Transfer-Encoding: \u000bchunked"},
            {"a form feed after the coding", "Transfer-Encoding: chunked\f"},
            {"the coding in quotes", "Transfer-Encoding: \"chunked\""},
            {"the coding in capitals", "TRANSFER-ENCODING: CHUNKED"},
            {"the coding folded over two lines", "Transfer-Encoding:\r\n chunked"},
            {"a line feed alone before the coding", "X: y\nTransfer-Encoding: chunked"},
            {"an underscore in the coding's name", "Transfer_Encoding: chunked"},
            {"a zero byte in the coding", "Transfer-Encoding: chu\0nked"},
            {"the coding behind a no-break space", "Transfer-Encoding: \u00a0chunked"}
        };
        for (String[] each : codings) {
            add(all, each[0], POST + each[1] + "\r\nContent-Length: LENGTH+5\r\n\r\n0\r\n\r\nSMUGGLED");
        }
        add(
                all,
                "chunked in HTTP/1.0",
                POST.replace("HTTP/1.1", "HTTP/1.0") + CHUNKED + "Connection: keep-alive\r\n\r\n0\r\n\r\nSMUGGLED");
        add(
                all,
                "the coding as a field of the connection",
                POST + CHUNKED + "Connection: Transfer-Encoding\r\n\r\nHEX\r\nSMUGGLED\r\n0\r\n\r\n");
        add(
                all,
                "the length as a field of the connection",
                POST + "Content-Length: LENGTH\r\nConnection: Content-Length\r\n\r\nSMUGGLED");
    }

    private static void chunks(Map<String, Variant> all) {
        String[][] bodies = {
            {"a chunk extension", "HEX;a=b\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk extension with a line feed", "2;\nxx\r\nHEX\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk extension in quotes", "HEX;a=\"\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk size that overflows 32 bits", "100000000\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk size that overflows 64 bits", "10000000000000000\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk size with a sign", "+HEX\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a negative chunk size", "-1\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk size with 0x", "0xHEX\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a space before the chunk size", " HEX\r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a space behind the chunk size", "HEX \r\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk size with a line feed alone", "HEX\nSMUGGLED\r\n0\r\n\r\n"},
            {"a chunk without a line end behind it", "HEX\r\nSMUGGLED0\r\n\r\n"},
            {"a chunk with two bytes more", "1\r\naXX0\r\n\r\nSMUGGLED"},
            {"a trailer that is a length", "0\r\nContent-Length: LENGTH\r\n\r\nSMUGGLED"},
            {"a trailer with half a request", "0\r\nX: HALF\r\n\r\n"},
            {"a last chunk without its end", "0\r\nSMUGGLED"}
        };
        for (String[] each : bodies) {
            add(all, each[0], POST + CHUNKED + "\r\n" + each[1]);
        }
    }

    private static void heads(Map<String, Variant> all) {
        add(all, "HTTP/0.9", "GET /tasks/OWN\r\n");
        add(all, "HTTP/1.2", GET.replace("HTTP/1.1", "HTTP/1.2") + "\r\n");
        add(all, "no version that is known", GET.replace("HTTP/1.1", "HTTP/9.9") + "\r\n");
        add(all, "the absolute form with another host", GET.replace(" /", " http://elsewhere.example/") + "\r\n");
        add(all, "two hosts", GET + "Host: elsewhere.example\r\n\r\n");
        add(all, "no host", GET.replace("Host: test\r\n", "") + "\r\n");
        add(all, "spaces in the request line", GET.replace(" HTTP", "  HTTP") + "\r\n");
        add(all, "a request in the path", "GET /tasks/OWN HTTP/1.1\nHost: test\n\n");
        add(all, "a head in a field", GET + "X: y\r\n\tz\r\n\r\n");
        add(all, "a field without a colon", GET + "Content-Length\r\n\r\n");
        add(all, "a body that waits for 100", POST + "Expect: 100-continue\r\nContent-Length: LENGTH\r\n\r\nSMUGGLED");
        add(
                all,
                "a request that expects what is unknown",
                POST + "Expect: 100-continued\r\nContent-Length: LENGTH\r\n\r\nSMUGGLED");
        add(
                all,
                "an upgrade with a body",
                POST
                        + "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
                        + "Content-Length: LENGTH\r\n\r\nSMUGGLED");
        add(
                all,
                "an upgrade to something unknown with a body",
                POST + "Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: LENGTH\r\n\r\nSMUGGLED");
    }
}
