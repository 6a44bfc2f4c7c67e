package io.taskstream.bench.target;

import io.taskstream.bench.textbook.TextbookApplication;
import io.taskstream.bench.textbook.TextbookResource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** Packs the textbook's application. */
final class TextbookArchive {

    private static final String BEANS = """
            <beans xmlns="https://jakarta.ee/xml/ns/jakartaee" version="4.0" bean-discovery-mode="annotated"/>
            """;

    private TextbookArchive() {}

    /** Writes {@code textbook.war} into the directory. */
    static Path in(Path directory) {
        Path war = directory.resolve("textbook.war");
        try (OutputStream file = Files.newOutputStream(war);
                var jar = new JarOutputStream(file)) {
            add(jar, TextbookApplication.class);
            add(jar, TextbookResource.class);
            jar.putNextEntry(new ZipEntry("WEB-INF/beans.xml"));
            jar.write(BEANS.getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return war;
    }

    private static void add(JarOutputStream jar, Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
            if (bytes == null) {
                throw new IOException("There is no " + name);
            }
            jar.putNextEntry(new ZipEntry("WEB-INF/classes/" + name));
            bytes.transferTo(jar);
            jar.closeEntry();
        }
    }
}
