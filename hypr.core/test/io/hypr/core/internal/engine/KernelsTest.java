package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Files that are kernels, and files that are none. */
class KernelsTest {

    private static final String REMEDY = " Name the vmlinux that a build of Linux leaves, for this processor and with CONFIG_PVH.";

    @TempDir
    Path directory;
    private Path file;
    private ByteBuffer elf;

    @BeforeEach
    void setUp() {
        file = directory.resolve("kernel");
        elf = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1}).putShort(16, (short) 2).putShort(18, (short) 62);
        elf.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 2);
        segment(0, 1, 0, 512);
        segment(1, 4, 256, 64);
        note(256, "Xen", 19, 12);
        note(256 + 28, "Xen", 18, 8);
    }

    private void segment(int number, int type, long from, long size) {
        int at = 64 + number * 56;
        elf.putInt(at, type).putLong(at + 8, from).putLong(at + 32, size);
    }

    private void note(int at, String name, int type, int words) {
        elf.putInt(at, name.length() + 1).putInt(at + 4, words).putInt(at + 8, type).put(at + 12, name.getBytes(StandardCharsets.US_ASCII));
    }

    private void checked(byte[] octets) throws IOException {
        Files.write(file, octets);
        assertEquals(file, Kernels.checked(file.toString()));
    }

    private void refused(String sentence, byte[] octets) throws IOException {
        Files.write(file, octets);
        HyprException e = assertThrows(HyprException.class, () -> Kernels.checked(file.toString()));
        assertEquals(ErrorCode.INVALID, e.code());
        assertEquals(sentence.replace("FILE", file.toString()), e.getMessage() + " " + e.remedy().orElse(""));
    }

    @Test
    void aKernelWithTheNoteOfItsEntryIsTaken() throws IOException {
        checked(elf.array());
    }

    @Test
    void whatIsNoElfFileIsRefused() throws IOException {
        refused("The kernel FILE is no uncompressed ELF file." + REMEDY, new byte[0]);
        refused("The kernel FILE is no uncompressed ELF file." + REMEDY, "#!/bin/sh\n".repeat(100).getBytes(StandardCharsets.US_ASCII));
        refused("The kernel FILE is no uncompressed ELF file." + REMEDY, Arrays.copyOf(elf.array(), 63));
    }

    @Test
    void aBzImageIsSaidToBeOne() throws IOException {
        byte[] image = new byte[0x206];
        System.arraycopy("HdrS".getBytes(StandardCharsets.US_ASCII), 0, image, 0x202, 4);
        refused("The kernel FILE is a bzImage, which is compressed. Linux's scripts/extract-vmlinux takes the kernel out of it: name what that gives.", image);
    }

    @Test
    void oneForAnotherProcessorIsRefused() throws IOException {
        String sentence = "The kernel FILE is for another processor than x86-64." + REMEDY;
        refused(sentence, elf.putShort(18, (short) 183).array().clone());
        refused(sentence, elf.putShort(18, (short) 62).put(4, (byte) 1).array().clone());
        refused(sentence, elf.put(4, (byte) 2).put(5, (byte) 2).array());
    }

    @Test
    void whatHasNoSuchNoteIsRefused() throws IOException {
        String sentence = "The ELF file FILE is no kernel that boots by PVH: it has no note of its entry." + REMEDY;
        note(256 + 28, "GNU", 18, 8);
        refused(sentence, elf.array().clone());
        note(256 + 28, "Xen", 17, 8);
        refused(sentence, elf.array().clone());
        note(256, "Xen", 19, -1);
        note(256 + 28, "Xen", 18, 8);
        refused(sentence, elf.array().clone());
        segment(1, 4, 256, 2L << 20);
        refused(sentence, elf.array().clone());
        refused(sentence, elf.putShort(56, (short) 0).array().clone());
        refused(sentence, elf.putShort(56, (short) 2).putShort(54, (short) 0).array());
    }

    @Test
    void aFileThatWasCutShortIsRefused() throws IOException {
        refused("The kernel FILE is cut short: of its 512 octets it has 500. Copy it again.", Arrays.copyOf(elf.array(), 500));
        refused("The kernel FILE is cut short: of its 176 octets it has 100. Copy it again.", Arrays.copyOf(elf.array(), 100));
        segment(0, 1, Long.MAX_VALUE, 512);
        refused("The kernel FILE is cut short: of its 9223372036854776319 octets it has 512. Copy it again.", elf.array());
    }
}
