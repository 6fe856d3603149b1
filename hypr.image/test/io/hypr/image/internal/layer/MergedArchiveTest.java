package io.hypr.image.internal.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.image.internal.oci.Layout;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarReader;
import io.hypr.tar.TarWriter;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

class MergedArchiveTest {

    private static final Limits LIMITS = new Limits(1L << 30, 200, 1000);

    @TempDir
    Path directory;

    /** Few names, so that layers meet: replacing, hiding, linking, going through links. */
    private static byte[] layer(Random random) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        for (int i = random.nextInt(12); i > 0; i--) {
            StringBuilder path = new StringBuilder();
            for (int depth = random.nextInt(3); depth > 0; depth--) {
                path.append("abc".charAt(random.nextInt(3))).append('/');
            }
            String name = List.of("a", "b", "c", ".wh.a", ".wh.b", ".wh..wh..opq").get(random.nextInt(6));
            char type = "0001225634".charAt(random.nextInt(10));
            String link = type == TarEntry.HARD_LINK || type == TarEntry.SYMBOLIC_LINK ? List.of("a", "/b", "a/b", "./c").get(random.nextInt(4)) : "";
            byte[] content = type == TarEntry.FILE ? (path + name).getBytes(StandardCharsets.UTF_8) : new byte[0];
            tar.begin(new TarEntry(path + name, type, 0644, 0, 0, content.length, 0, link, 0, 0, Map.of()));
            tar.write(content, 0, content.length);
        }
        tar.end();
        return out.toByteArray();
    }

    @Test
    @Timeout(120)
    void anyLayersGiveEachPathOnceAfterItsParentAndLinksAfterTheirFiles() throws IOException {
        Random random = new Random(18_04);
        int merged = 0;
        for (int round = 0; round < 1500; round++) {
            List<LayerIndex> layers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                byte[] tar = layer(random);
                Path file = Files.write(directory.resolve("layer" + i), tar);
                layers.add(LayerIndex.of(new Layer(Layout.digest(tar), file, Layout.digest(tar), tar.length), LIMITS));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                new MergedArchive(layers).write(out, Progress.NONE);
            } catch (HyprException e) {
                assertEquals(ErrorCode.CORRUPT, e.code());
                continue;
            }
            merged++;
            check(out.toByteArray());
        }
        assertTrue(merged > 100, "only " + merged + " were sound");
    }

    private static void check(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        Set<String> directories = new HashSet<>();
        Set<String> others = new HashSet<>();
        for (TarEntry e = reader.next(); e != null; e = reader.next()) {
            String path = e.name().replaceFirst("^\\./", "").replaceFirst("/$", "");
            String parent = path.replaceFirst("/?[^/]*$", "");
            assertTrue(path.isEmpty() || directories.contains(parent), () -> "no parent: " + path);
            assertTrue((e.type() == TarEntry.DIRECTORY ? directories : others).add(path), () -> "twice: " + path);
            assertTrue(!path.contains(".wh."), path);
            assertTrue(e.type() != TarEntry.HARD_LINK || others.contains(e.link()), () -> "no file: " + path);
            byte[] content = new byte[(int) e.size()];
            assertEquals(e.size() == 0 ? -1 : content.length, reader.read(content, 0, content.length));
        }
        assertTrue(directories.stream().noneMatch(others::contains));
    }
}
