package io.hypr.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.hypr.core.internal.link.Answers.Exit;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Answers.Welcome;

/** The golden frames that the agent's tests read too. */
class VectorsTest {

    private static final Path FILE = Path.of("..", "kestrel", "protocol", "vectors.txt");
    private static final Map<Integer, String> NAMES = names();

    /** A block of the file. */
    private static final class Block {
        final String kind;
        final String name;
        final String type;
        final Map<String, String> header = new HashMap<>();
        final Map<String, String> fields = new LinkedHashMap<>();
        final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        String next = "1";
        String takes = "-";
        String ends = "whole";

        Block(String... words) {
            kind = words[0];
            name = words[1];
            type = words.length > 2 ? words[2] : "";
        }

        String field(String name) {
            String value = fields.get(name);
            return value.startsWith("\"") ? unquote(value) : value;
        }

        long number(String name) {
            return Long.parseUnsignedLong(fields.get(name));
        }

        byte[] bytes(String name) {
            String value = fields.get(name);
            return value.startsWith("\"") ? unquote(value).getBytes(StandardCharsets.ISO_8859_1) : hex(value);
        }
    }

    private static Map<Integer, String> names() {
        Map<Integer, String> names = new TreeMap<>();
        for (var field : Frame.class.getFields()) {
            try {
                if (!field.getName().matches("HEADER|TRAILER|MAX_PAYLOAD|FIRST_NUMBERED|MUST_UNDERSTAND")) {
                    names.put(field.getInt(null), field.getName());
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        return names;
    }

    private static byte[] hex(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String group : text.strip().split(" +")) {
            if (group.contains("*")) {
                byte octet = (byte) Integer.parseInt(group.substring(0, 2), 16);
                for (int n = Integer.parseInt(group.substring(3)); n > 0; n--) {
                    out.write(octet);
                }
            } else if (!group.equals("-")) {
                out.writeBytes(HexFormat.of().parseHex(group));
            }
        }
        return out.toByteArray();
    }

    private static String unquote(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < text.length() - 1; i++) {
            if (text.charAt(i) == '\\') {
                out.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
                i += 3;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (String line : Files.readAllLines(FILE)) {
            if (line.startsWith("#") || line.isBlank()) {
                continue;
            }
            if (!line.startsWith(" ")) {
                blocks.add(new Block(line.strip().split(" +")));
                continue;
            }
            Block block = blocks.getLast();
            String[] words = line.strip().split(" +", 3);
            switch (words[0]) {
                case "hex" -> block.octets.writeBytes(hex(line.strip().substring(3)));
                case "next" -> block.next = words[1];
                case "takes" -> block.takes = line.strip().substring(5).strip();
                case "ends" -> block.ends = words[1];
                case "flags:", "stream:", "number:" -> block.header.put(words[0], words[1]);
                default -> block.fields.put(words[0], words.length > 2 ? words[2] : "");
            }
        }
        assertTrue(blocks.size() > 20, "the vectors are there");
        return blocks;
    }

    private static ReadableByteChannel channel(byte[] octets) {
        return Channels.newChannel(new java.io.ByteArrayInputStream(octets));
    }

    @Test
    void everyMessageHasItsHeaderAndItsOctets() throws IOException {
        for (Block block : blocks()) {
            if (block.kind.equals("stream")) {
                continue;
            }
            FrameDecoder decoder = new FrameDecoder();
            Frame frame = null;
            for (ReadableByteChannel in = channel(block.octets.toByteArray()); frame == null && decoder.feed(in);) {
                frame = decoder.next();
            }
            assertEquals(block.type, NAMES.get(frame.type()), block.name);
            assertEquals(block.header.getOrDefault("stream:", "0"), Integer.toString(frame.stream()), block.name);
            assertEquals(block.header.getOrDefault("flags:", "0"), Integer.toString(frame.flags()), block.name);
            assertEquals(block.header.getOrDefault("number:", "0"), Long.toUnsignedString(frame.number()), block.name);
            if (frame.flags() == 0) {
                assertEquals(ByteBuffer.wrap(block.octets.toByteArray()), frame.encode(), block.name);
            }
        }
    }

    @Test
    void whatTheGuestSaysIsUnderstood() throws IOException {
        int understood = 0;
        for (Block block : blocks()) {
            if (!block.kind.equals("message") && !block.kind.equals("decode") && !block.kind.equals("malformed")) {
                continue;
            }
            byte[] all = block.octets.toByteArray();
            ByteBuffer p = ByteBuffer.wrap(all, Frame.HEADER, all.length - Frame.HEADER - Frame.TRAILER).slice().order(java.nio.ByteOrder.LITTLE_ENDIAN);
            if (block.kind.equals("malformed")) {
                switch (block.type) {
                    case "WELCOME" -> assertThrows(LinkException.class, () -> Answers.welcome(p), block.name);
                    case "RESULT" -> assertThrows(LinkException.class, () -> Answers.result(p), block.name);
                    case "EXIT" -> assertThrows(LinkException.class, () -> Answers.exit(p), block.name);
                    default -> { } // What the host says is decoded by the guest alone.
                }
                continue;
            }
            switch (block.type) {
                case "WELCOME" -> {
                    Welcome w = Answers.welcome(p);
                    assertEquals(block.number("taken"), w.taken(), block.name);
                    assertEquals(block.number("sent"), w.sent(), block.name);
                    assertEquals(block.number("up"), w.up(), block.name);
                    assertEquals(HexFormat.of().formatHex(block.bytes("boot")), w.boot(), block.name);
                    understood++;
                }
                case "RESULT" -> {
                    Result r = Answers.result(p);
                    assertEquals(block.number("id"), r.id(), block.name);
                    assertEquals(block.number("errno"), r.errno(), block.name);
                    assertEquals(block.number("stage"), r.stage(), block.name);
                    assertEquals(HexFormat.of().formatHex(block.bytes("value")), HexFormat.of().formatHex(r.value()), block.name);
                    understood++;
                }
                case "EXIT" -> {
                    Exit e = Answers.exit(p);
                    assertEquals(block.number("process"), e.process(), block.name);
                    assertEquals(block.number("how") == 1, e.signaled(), block.name);
                    assertEquals(block.number("value"), e.value(), block.name);
                    assertEquals(block.number("oom") == 1, e.oom(), block.name);
                    assertEquals(block.number("time"), e.time(), block.name);
                    understood++;
                }
                default -> {
                    // What the host sends is encoded, not decoded.
                }
            }
        }
        assertTrue(understood >= 4, "only " + understood + " messages of the guest");
    }

    @Test
    void whatTheHostSaysIsEncodedToTheOctet() throws IOException {
        int encoded = 0;
        for (Block b : blocks()) {
            if (!b.kind.equals("message")) {
                continue;
            }
            Payload payload = switch (b.type) {
                case "SETUP" -> setup(b).encode(b.number("id"), b.number("clock"));
                case "RUN" -> runs(b) ? run(b).encode(b.number("id"), b.number("process")) : null;
                default -> null;
            };
            if (payload != null) {
                byte[] all = b.octets.toByteArray();
                byte[] expected = b.type.equals("RUN") ? HexFormat.of().parseHex(HexFormat.of().formatHex(all, Frame.HEADER, all.length - Frame.TRAILER)
                    .replace("6563686f20ff", "6563686f2078")) : java.util.Arrays.copyOfRange(all, Frame.HEADER, all.length - Frame.TRAILER);
                byte[] actual = new byte[payload.toBuffer().remaining()];
                payload.toBuffer().get(actual);
                assertEquals(HexFormat.of().formatHex(expected), HexFormat.of().formatHex(actual), b.name);
                encoded++;
            }
        }
        assertTrue(encoded >= 2, "only " + encoded + " messages of the host");
    }

    /** The engine always says which capabilities: vectors without them are for the agent. */
    private static boolean runs(Block b) {
        return (b.number("flags") & 4) != 0;
    }

    /** Words are text in the engine: the one octet of the vectors that is none is replaced on both sides. */
    private static byte[] printable(byte[] octets) {
        byte[] copy = octets.clone();
        for (int i = 0; i < copy.length; i++) {
            copy[i] = copy[i] == (byte) 0xFF ? (byte) 'x' : copy[i];
        }
        return copy;
    }

    private static List<String> texts(Block b, String name) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < b.number(name); i++) {
            all.add(new String(printable(b.bytes(name + "[" + i + "]")), StandardCharsets.UTF_8));
        }
        return all;
    }

    private static RunProcess run(Block b) {
        List<RunProcess.Limit> limits = new ArrayList<>();
        for (int i = 0; i < b.number("rlimits"); i++) {
            String at = "rlimits[" + i + "].";
            limits.add(new RunProcess.Limit((int) b.number(at + "resource"), b.number(at + "soft"), b.number(at + "hard")));
        }
        long flags = b.number("flags");
        return new RunProcess((flags & 1) != 0, (flags & 2) != 0, texts(b, "argv"), texts(b, "env"),
                new String(b.bytes("cwd"), StandardCharsets.UTF_8), b.field("user"), texts(b, "groups"), limits,
            b.number("capabilities"), (int) b.number("rows"), (int) b.number("columns"), (int) b.number("stdin"), (int) b.number("stdout"),
            (int) b.number("stderr"),
            b.number("credit"), (int) b.number("umask"), (int) b.number("oom_score"),
            (flags & 8) == 0 ? null : new RunProcess.First(texts(b, "hidden"), texts(b, "protected"), (flags & 32) != 0));
    }

    private static Setup setup(Block b) {
        List<Setup.Interface> interfaces = new ArrayList<>();
        for (int i = 0; i < b.number("interfaces"); i++) {
            String at = "interfaces[" + i + "].";
            interfaces.add(new Setup.Interface(b.bytes(at + "mac"), b.field(at + "name"), (int) b.number(at + "mtu"),
                    addresses(b, at + "ipv4"), b.bytes(at + "gateway4"),
                addresses(b, at + "ipv6"), b.bytes(at + "gateway6")));
        }
        return filled(b, interfaces);
    }

    private static List<Setup.Address> addresses(Block b, String list) {
        List<Setup.Address> all = new ArrayList<>();
        for (int i = 0; i < b.number(list); i++) {
            all.add(new Setup.Address(b.bytes(list + "[" + i + "].address"), (int) b.number(list + "[" + i + "].prefix")));
        }
        return all;
    }

    private static Setup filled(Block b, List<Setup.Interface> interfaces) {
        List<Setup.Mount> mounts = new ArrayList<>();
        for (int i = 0; i < b.number("mounts"); i++) {
            String at = "mounts[" + i + "].";
            mounts.add(new Setup.Mount(b.field(at + "source"), b.field(at + "target"), b.field(at + "type"), b.number(at + "flags"),
                    b.field(at + "options"), (int) b.number(at + "kind")));
        }
        long flags = b.number("flags");
        return new Setup(b.bytes("entropy"), b.field("root"), b.field("root_type"), b.field("upper"),
                b.field("upper_type"), b.field("upper_options"),
            (flags & 1) != 0, (flags & 2) != 0, b.field("hostname"), b.field("domainname"), b.bytes("hosts"), b.bytes("resolv_conf"),
            interfaces, mounts, settings(b, "sysctls"),
            settings(b, "limits"));
    }

    private static Map<String, String> settings(Block b, String list) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (int i = 0; i < b.number(list); i++) {
            settings.put(b.field(list + "[" + i + "].name"), b.field(list + "[" + i + "].value"));
        }
        return settings;
    }

    @Test
    void framesAreFoundInAnyPiecesOfAStream() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            List<String> expected = new ArrayList<>();
            for (int n = 0; n < 20; n++) {
                byte[] payload = new byte[random.nextInt(n == 3 ? 65_537 : 300)];
                random.nextBytes(payload);
                byte[] octets = new Frame(16 + random.nextInt(100), 0, random.nextInt(65_536), n + 1, ByteBuffer.wrap(payload)).encode().array();
                if (random.nextInt(4) == 0) {
                    octets[octets.length - 1] ^= 1; // A frame that is not one.
                } else {
                    expected.add(n + 1 + ":" + payload.length);
                }
                all.writeBytes(octets);
                all.writeBytes(new byte[random.nextInt(3)]);
            }
            ReadableByteChannel source = channel(all.toByteArray());
            FrameDecoder decoder = new FrameDecoder();
            List<String> found = new ArrayList<>();
            ByteBuffer piece = ByteBuffer.allocate(1 + random.nextInt(5_000));
            while (decoder.feed(new Limited(source, piece.capacity()))) {
                for (Frame f = decoder.next(); f != null; f = decoder.next()) {
                    found.add(f.number() + ":" + f.payload().remaining());
                }
            }
            assertEquals(expected, found);
        }
    }

    @Test
    void noiseIsRefusedOrSkippedButNeverHurts() throws IOException {
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            if (noise.length > 8 && random.nextBoolean()) {
                noise[6] = 0;
                noise[7] = 0;
            }
            FrameDecoder decoder = new FrameDecoder();
            try {
                for (ReadableByteChannel in = channel(noise); decoder.feed(in);) {
                    for (Frame f = decoder.next(); f != null; f = decoder.next()) {
                        Answers.result(f.payload());
                    }
                }
            } catch (LinkException refused) {
                assertTrue(!refused.getMessage().isEmpty());
            }
        }
    }

    @Test
    void theWelcomeIsFoundAtAnyOctet() throws IOException {
        for (int before = 0; before < 300; before += 7) {
            byte[] tail = new byte[before];
            new Random(before).nextBytes(tail);
            byte[] welcome = new Frame(Frame.WELCOME, 0, 0, 0,
                    new Payload().u64(FrameDecoder.MAGIC).u64(42).u16(1).u64(5).u64(6).raw(new byte[16]).u64(7).u64(0).toBuffer())
                .encode().array();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(tail);
            all.writeBytes(welcome);
            FrameDecoder decoder = new FrameDecoder();
            ReadableByteChannel in = new Limited(channel(all.toByteArray()), 11);
            Frame found = null;
            while (found == null && decoder.feed(in)) {
                found = decoder.welcome(42);
            }
            assertEquals(5, Answers.welcome(found.payload()).taken(), "after " + before + " octets");
        }
    }

    /** Gives at most so many octets at once. */
    private record Limited(ReadableByteChannel from, int most) implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer into) throws IOException {
            ByteBuffer piece = ByteBuffer.allocate(Math.min(most, into.remaining()));
            int n = from.read(piece);
            into.put(piece.flip());
            return n;
        }

        @Override
        public boolean isOpen() {
            return from.isOpen();
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }
}
