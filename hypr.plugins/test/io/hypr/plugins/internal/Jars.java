package io.hypr.plugins.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Jars for tests. */
final class Jars {

    private Jars() {
    }

    /**
     * @param file to write
     * @param headers of the manifest
     * @param entries by name
     * @return the file
     */
    static Path write(Path file, Map<String, String> headers, Map<String, byte[]> entries) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                jar.putNextEntry(new ZipEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param file to write
     * @param name symbolic name
     * @param more headers
     * @return the file of a bundle with one text in it
     */
    static Path bundle(Path file, String name, Map<String, String> more) {
        Map<String, String> headers = new java.util.TreeMap<>(more);
        headers.put("Bundle-ManifestVersion", "2");
        headers.put("Bundle-SymbolicName", name);
        headers.putIfAbsent("Bundle-Version", "1.0.0");
        return write(file, headers, Map.of("some/text", name.getBytes(StandardCharsets.UTF_8)));
    }
}
