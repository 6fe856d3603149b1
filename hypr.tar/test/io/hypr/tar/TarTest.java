package io.hypr.tar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TarTest {

    private static final byte[] CAPABILITY = {1, 0, 0, 2, 0, 4, '\n', '=', ' ', 0, 0, (byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 0};

    private static TarEntry file(String name, long size) {
        return new TarEntry(name, TarEntry.FILE, 0644, 1000, 1000, size, 1_700_000_000L, "", 0, 0, Map.of());
    }

    private static List<TarEntry> members() {
        return List.of(
                new TarEntry("d/", TarEntry.DIRECTORY, 01777, 0, 0, 0, 1, "", 0, 0, Map.of()),
                file("d/empty", 0),
                file("d/one", 1),
                file("n".repeat(99), 512),
                file("n".repeat(100), 513),
                file("n".repeat(101), 5),
                file("deep/" + "x".repeat(200) + "/" + "y".repeat(255), 7),
                new TarEntry("caps", TarEntry.FILE, 04755, 0, 0, 3, 0, "", 0, 0, Map.of("security.capability", CAPABILITY)),
                new TarEntry("latin\u00e4\u00ff", TarEntry.FILE, 0600, 3_000_000_000L, 4_000_000_000L, 2, -5, "", 0, 0, Map.of("user.\u00e4", new byte[0])),
                new TarEntry("link", TarEntry.SYMBOLIC_LINK, 0777, 0, 0, 0, 0, "t".repeat(300), 0, 0, Map.of()),
                new TarEntry("hard", TarEntry.HARD_LINK, 0644, 0, 0, 0, 0, "n".repeat(101), 0, 0, Map.of()),
                new TarEntry("null", TarEntry.CHARACTER_DEVICE, 0666, 0, 0, 0, 0, "", 1, 3, Map.of()),
                new TarEntry("disk", TarEntry.BLOCK_DEVICE, 0660, 0, 6, 0, 0, "", 4095, 1_048_575, Map.of()),
                new TarEntry("pipe", TarEntry.FIFO, 0600, 0, 0, 0, 0, "", 0, 0, Map.of()));
    }

    private static byte[] archive(List<TarEntry> members) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        for (TarEntry e : members) {
            writer.begin(e);
            byte[] content = content(e);
            writer.write(content, 0, content.length);
        }
        writer.end();
        return out.toByteArray();
    }

    private static byte[] content(TarEntry e) {
        byte[] content = new byte[(int) e.size()];
        Arrays.fill(content, (byte) e.name().charAt(0));
        return content;
    }

    private static byte[] rest(TarReader reader) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[100];
        for (int n = reader.read(buffer, 0, 100); n >= 0; n = reader.read(buffer, 0, 100)) {
            out.write(buffer, 0, n);
        }
        return out.toByteArray();
    }

    private static TarReader reader(byte[] archive) {
        return new TarReader(new ByteArrayInputStream(archive));
    }

    @Test
    void everythingThatIsWrittenIsReadAgain() throws IOException {
        TarReader reader = reader(archive(members()));
        for (TarEntry due : members()) {
            TarEntry found = reader.next();
            assertEquals(due.toString().replaceFirst(", xattrs=.*", ""), found.toString().replaceFirst(", xattrs=.*", ""));
            assertEquals(due.xattrs().keySet(), found.xattrs().keySet());
            due.xattrs().forEach((name, value) -> assertArrayEquals(value, found.xattrs().get(name)));
            assertArrayEquals(content(due), rest(reader));
        }
        assertNull(reader.next());
    }

    @Test
    void contentNeedNotBeRead() throws IOException {
        TarReader reader = reader(archive(members()));
        List<String> names = new ArrayList<>();
        for (TarEntry e = reader.next(); e != null; e = reader.next()) {
            names.add(e.name());
        }
        assertEquals(members().stream().map(TarEntry::name).toList(), names);
    }

    @Test
    void anyCutIsNoticedExceptBetweenMembers() throws IOException {
        byte[] whole = archive(List.of(file("a", 600), file("b".repeat(120), 3)));
        for (int length = 0; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            int at = length;
            if (length % 512 != 0) {
                assertThrows(TarException.class, () -> drain(cut), () -> "cut at " + at);
            }
        }
    }

    private static int drain(byte[] archive) throws IOException {
        TarReader reader = reader(archive);
        int members = 0;
        while (reader.next() != null) {
            members++;
        }
        return members;
    }

    @Test
    void gnuLongNamesAndBase256AreRead() throws IOException {
        byte[] header = archive(List.of(file("short", 0)));
        byte[] longName = Arrays.copyOf(header, 512);
        byte[] text = ("g".repeat(150) + "\0").getBytes(StandardCharsets.ISO_8859_1);
        put(longName, 0, "././@LongLink");
        put(longName, 124, "00000000227");
        longName[156] = 'L';
        byte[] file = Arrays.copyOf(header, 512);
        file[108] = (byte) 0x80;
        Arrays.fill(file, 109, 112, (byte) 0);
        file[112] = (byte) 0x80;
        Arrays.fill(file, 113, 116, (byte) 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(sum(longName));
        out.writeBytes(Arrays.copyOf(text, 512));
        out.writeBytes(sum(file));
        TarEntry entry = reader(out.toByteArray()).next();
        assertEquals("g".repeat(150), entry.name());
        assertEquals(0x80010101L, entry.uid());
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(octets, 0, header, offset, octets.length);
        header[offset + octets.length] = 0;
    }

    private static byte[] sum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format("%06o", sum));
        return header;
    }

    @Test
    void sparseMembersAndUnknownTypesAreRefusedByName() throws IOException {
        byte[] archive = archive(List.of(file("hole", 0)));
        archive[156] = 'S';
        TarException sparse = assertThrows(TarException.class, () -> reader(withSum(archive)).next());
        assertTrue(sparse.getMessage().contains("hole is sparse"), sparse.getMessage());
        archive[156] = 'Z';
        assertThrows(TarException.class, () -> reader(withSum(archive)).next());
    }

    private static byte[] withSum(byte[] archive) {
        byte[] header = sum(Arrays.copyOf(archive, 512));
        byte[] changed = archive.clone();
        System.arraycopy(header, 0, changed, 0, 512);
        return changed;
    }

    @Test
    void hugeExtensionsAndSizesAreRefused() throws IOException {
        byte[] archive = archive(List.of(file("x", 0)));
        archive[156] = 'x';
        put(archive, 124, "77777777777");
        assertThrows(TarException.class, () -> reader(withSum(archive)).next());
        for (String records : List.of("9 size=-1\n", "12 size=abc\n", "5 a\n", "999999999 path=x\n", "0 path=x\n", "8 path=\n", "11 path=a\0b\n")) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] pax = archive.clone();
            put(pax, 124, String.format("%011o", records.length()));
            out.writeBytes(Arrays.copyOf(withSum(pax), 512));
            out.writeBytes(Arrays.copyOf(records.getBytes(StandardCharsets.ISO_8859_1), 512));
            out.writeBytes(archive(List.of(file("x", 0))));
            if (!records.equals("8 path=\n")) {
                assertThrows(TarException.class, () -> drain(out.toByteArray()), records);
            }
        }
    }

    @Test
    @Timeout(60)
    void damagedArchivesEndInErrorsNeverInOthers() throws IOException {
        byte[] whole = archive(members());
        Random random = new Random(20_261_124);
        int refused = 0;
        for (int round = 0; round < 4000; round++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(8) + 1; i > 0; i--) {
                int at = random.nextInt(damaged.length);
                damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : damaged[at] ^ 1 << random.nextInt(8));
            }
            // Half of them get right checksums, so that the damage comes past the first gate.
            byte[] fed = random.nextBoolean() ? allSums(damaged) : damaged;
            try {
                drain(fed);
            } catch (TarException e) {
                refused++;
            }
        }
        assertTrue(refused > 500, "only " + refused + " refused");
    }

    private static byte[] allSums(byte[] archive) {
        byte[] changed = archive.clone();
        for (int at = 0; at + 512 <= changed.length; at += 512) {
            if (changed[at + 257] == 'u' && changed[at + 258] == 's') {
                System.arraycopy(sum(Arrays.copyOfRange(changed, at, at + 512)), 0, changed, at, 512);
            }
        }
        return changed;
    }
}
