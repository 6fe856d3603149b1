package io.hypr.core.internal.engine;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Kernels that users bring along for their containers: elf(5), and Linux's Documentation/arch/x86/boot.rst for what is none. */
final class Kernels {

    private static final String REMEDY = "Name the vmlinux that a build of Linux leaves, for this processor and with CONFIG_PVH.";
    private static final int ELF = 0x464C457F;
    private static final int HEADER = 64;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int X86_64 = 62;
    private static final int SEGMENT = 56;
    private static final int LOADED = 1;
    private static final int NOTE = 4;
    /** More segments, or longer notes, than any kernel has. */
    private static final int MOST = 1 << 20;
    /** Of the note in which a kernel says where it is entered by PVH: XEN_ELFNOTE_PHYS32_ENTRY. */
    private static final int ENTRY = 18;
    private static final byte[] XEN = "Xen\0".getBytes(StandardCharsets.US_ASCII);
    private static final int BZIMAGE = 0x202;
    private static final int HDRS = 0x53726448;

    private Kernels() {
    }

    /**
     * @param file absolute path of what is to be a kernel
     * @return the file, which is all of an ELF file that can be entered by PVH; whether it boots is found out by booting it
     */
    static Path checked(String file) {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw NewContainer.invalid("There is no kernel " + file + ": no such regular file.").remedy(REMEDY);
        }
        try (FileChannel open = FileChannel.open(path)) {
            ByteBuffer header = read(open, 0, (int) Math.min(HEADER, open.size()));
            if (header.limit() < HEADER || header.getInt(0) != ELF) {
                boolean compressed = open.size() >= BZIMAGE + 4 && read(open, BZIMAGE, 4).getInt() == HDRS;
                throw compressed ? NewContainer.invalid("The kernel " + file + " is a bzImage, which is compressed.")
                    .remedy("Linux's scripts/extract-vmlinux takes the kernel out of it: name what that gives.")
                    : NewContainer.invalid("The kernel " + file + " is no uncompressed ELF file.").remedy(REMEDY);
            }
            if (header.get(4) != CLASS_64 || header.get(5) != LITTLE_ENDIAN || header.getShort(18) != X86_64) {
                throw NewContainer.invalid("The kernel " + file + " is for another processor than x86-64.").remedy(REMEDY);
            }
            if (!isEnteredByPvh(open, header)) {
                throw NewContainer.invalid("The ELF file " + file + " is no kernel that boots by PVH: it has no note of its entry.").remedy(REMEDY);
            }
        } catch (EOFException e) {
            throw new HyprException(ErrorCode.INVALID, "The kernel " + file + " is cut short: " + e.getMessage() + ".", e).remedy("Copy it again.");
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INVALID, "The kernel " + file + " cannot be read: " + e.getMessage(), e).remedy(REMEDY);
        }
        return path;
    }

    private static boolean isEnteredByPvh(FileChannel file, ByteBuffer header) throws IOException {
        int length = Short.toUnsignedInt(header.getShort(54));
        ByteBuffer segments = read(file, header.getLong(32), length * Short.toUnsignedInt(header.getShort(56)));
        boolean found = false;
        for (int at = 0; length >= SEGMENT && at + SEGMENT <= segments.limit(); at += length) {
            int type = segments.getInt(at);
            long from = segments.getLong(at + 8);
            long size = segments.getLong(at + 32);
            if (type == LOADED) {
                reaches(file, from, size);
            } else if (type == NOTE && size >= 0 && size <= MOST) {
                found |= hasEntry(read(file, from, (int) size));
            }
        }
        return found;
    }

    /** Each note: length of its name, of what it says, its type, and both of them, filled up to four octets. */
    private static boolean hasEntry(ByteBuffer notes) {
        while (notes.remaining() >= 12) {
            long name = Integer.toUnsignedLong(notes.getInt());
            long words = Integer.toUnsignedLong(notes.getInt());
            int type = notes.getInt();
            if (type == ENTRY && name == XEN.length && notes.remaining() > XEN.length
                && notes.slice(notes.position(), XEN.length).equals(ByteBuffer.wrap(XEN))) {
                return true;
            }
            long all = filled(name) + filled(words);
            if (all > notes.remaining()) {
                return false;
            }
            notes.position(notes.position() + (int) all);
        }
        return false;
    }

    private static long filled(long octets) {
        return octets + 3 & ~3;
    }

    private static ByteBuffer read(FileChannel file, long from, int octets) throws IOException {
        reaches(file, from, octets);
        ByteBuffer read = ByteBuffer.allocate(octets).order(ByteOrder.LITTLE_ENDIAN);
        while (read.hasRemaining() && file.read(read, from + read.position()) > 0) {
            continue;
        }
        return read.flip();
    }

    private static void reaches(FileChannel file, long from, long octets) throws IOException {
        if (from < 0 || octets < 0 || octets > file.size() || from > file.size() - octets) {
            throw new EOFException("of its " + Long.toUnsignedString(from + octets) + " octets it has " + file.size());
        }
    }
}
